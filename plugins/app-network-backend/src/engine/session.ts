import type { RequestOptions } from 'node:https';
import {
  type Cluster,
  HttpMethod,
  type KubeConfig,
  RequestContext,
} from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';

/** How requests get to an API server, and as whom. */
export interface Session {
  origin: string;
  basePath: string;
  headers: Record<string, string>;
  dispatcher: Dispatcher;
  /** What the dispatcher was made from; a change needs new connections. */
  tls: string;
  renewAt: number;
}

/** How long credentials are used before client-node is asked for them again; it knows when a token ends and what to do then. */
const CREDENTIALS_MS = 10_000;

/** Asks client-node for the credentials of the current context; keeps the connections of a previous session where TLS is the same. */
export async function openSession(
  kubeConfig: KubeConfig,
  previous: Session | undefined,
): Promise<Session> {
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) {
    throw new Error('the current context of the kubeconfig names no cluster');
  }
  const server = new URL(cluster.server);
  const credentials: RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(credentials);
  const { ca, cert, key, rejectUnauthorized, servername, auth } = credentials;
  const connect = { ca, cert, key, rejectUnauthorized, servername };
  const tls = JSON.stringify([cluster.server, cluster.proxyUrl, connect]);
  return {
    origin: server.origin,
    basePath: server.pathname.replace(/\/$/, ''),
    headers: {
      'user-agent': 'app-network',
      ...(auth
        ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }
        : {}),
      ...(credentials.headers as Record<string, string> | undefined),
    },
    dispatcher:
      previous?.tls === tls
        ? previous.dispatcher
        : (await proxyDispatcher(kubeConfig, cluster)) ??
          new Agent({
            // HTTP/2 was not faster, and there a watch shares its connection with the writes.
            allowH2: false,
            // The API server closes idle connections after 90 s; be the first, or a request may be sent into a closing one.
            keepAliveTimeout: 60_000,
            connect: { ...connect, timeout: 10_000 },
          }),
    tls,
    renewAt: Date.now() + CREDENTIALS_MS,
  };
}

/** The kubeconfig's `proxy-url`, HTTP or SOCKS, as client-node goes through it. */
async function proxyDispatcher(
  kubeConfig: KubeConfig,
  cluster: Cluster,
): Promise<Dispatcher | undefined> {
  if (!cluster.proxyUrl) {
    return undefined;
  }
  const context = new RequestContext(cluster.server, HttpMethod.GET);
  await kubeConfig.applySecurityAuthentication(context);
  return context.getDispatcher();
}
