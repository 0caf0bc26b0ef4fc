import { once } from 'node:events';
import { connect } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import type { Cluster } from '../engine/types';
import type { AdmissionConfig } from './config';
import { WEBHOOK_PATH, type ClientConfig } from './webhookConfiguration';

/** Where a cluster's webhook is, from both sides. */
export interface Endpoint {
  /** How the API server reaches it. */
  clientConfig: ClientConfig;
  /** Name or address that the API server expects in its certificate. */
  hostname: string;
  /** Where this backend listens. Without host: at all addresses. */
  listen: { host?: string; port: number };
}

/**
 * Where a cluster's webhook is, as app-config says it. Where that says neither a URL nor a Service: at the address from which this machine
 * reaches the API server.
 *
 * @throws where that is to be found out and the API server can't be reached
 */
export async function findEndpoint(
  { url, service, listen }: AdmissionConfig,
  cluster: Pick<Cluster, 'kubeconfig'>,
): Promise<Endpoint> {
  if (service) {
    return {
      clientConfig: { service: { ...service, path: WEBHOOK_PATH } },
      // k8s.io/apiserver/pkg/util/webhook/client.go
      hostname: `${service.name}.${service.namespace}.svc`,
      listen,
    };
  }
  if (url) {
    return atUrl(url, listen);
  }
  const host = await addressTowards(cluster);
  return atUrl(
    `https://${host.includes(':') ? `[${host}]` : host}:${listen.port}`,
    { host, ...listen },
  );
}

function atUrl(origin: string, listen: Endpoint['listen']): Endpoint {
  const url = new URL(WEBHOOK_PATH, origin);
  return {
    clientConfig: { url: url.href },
    hostname: bare(url.hostname),
    listen,
  };
}

/** The address of this machine on the way to a cluster's API server. */
async function addressTowards({
  kubeconfig,
}: Pick<Cluster, 'kubeconfig'>): Promise<string> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig());
  const { hostname, port } = new URL(config.getCurrentCluster()?.server ?? '');
  const socket = connect({
    host: bare(hostname),
    port: Number(port || '443'),
  });
  try {
    await once(socket, 'connect', {
      signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS),
    });
    // An IPv4 address as an IPv6 socket has it (RFC 4291, 2.5.5.2).
    return (socket.localAddress ?? '').replace(/^::ffff:/, '');
  } finally {
    socket.destroy();
  }
}

const CONNECT_TIMEOUT_MS = 10_000;

/** An IPv6 address without the brackets that it has in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
