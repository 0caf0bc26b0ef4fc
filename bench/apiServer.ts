import https from 'node:https';
import { createInterface } from 'node:readline';
import {
  kubectl,
  type KubernetesObject,
  type LocalCluster,
} from '../packages/end-to-end/src/cluster.ts';

/** An API server, called with as little as possible in between: one agent that keeps its connections. */
export interface ApiServer {
  get<T>(path: string): Promise<T>;
  /** Server-side apply; the answer is the object as it is now. */
  apply<T extends KubernetesObject>(object: T): Promise<T>;
  /** Calls back with each object that is there and with each that changes, until the end. */
  watch(
    kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>,
    labelSelector: string,
    onEvent: (object: KubernetesObject, type: EventType) => void,
  ): void;
  /** Ends all that is under way. */
  close(): void;
}

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

interface KubeConfig {
  clusters: { cluster: Record<string, string> }[];
  users: { user: Record<string, string> }[];
}

/** Connects as the administrator of a local cluster. */
export async function connect(cluster: LocalCluster): Promise<ApiServer> {
  const { clusters, users } = JSON.parse(
    await kubectl(cluster, [
      ...['config', 'view', '--raw', '--flatten', '--output', 'json'],
    ]),
  ) as KubeConfig;
  const authority = clusters[0]?.cluster ?? {};
  const user = users[0]?.user ?? {};
  const decoded = (data = '') => Buffer.from(data, 'base64');
  const agent = new https.Agent({
    keepAlive: true,
    ca: decoded(authority['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  });

  let closed = false;

  const send = (
    method: string,
    path: string,
    body?: object,
  ): Promise<NodeJS.ReadableStream> =>
    new Promise((resolve, reject) => {
      const request = https.request(
        new URL(path, authority.server),
        {
          agent,
          method,
          headers: body
            ? { 'content-type': 'application/apply-patch+yaml' }
            : {},
        },
        async response => {
          if ((response.statusCode ?? 500) < 400) {
            resolve(response);
          } else {
            reject(new Error(`${method} ${path}: ${await text(response)}`));
          }
        },
      );
      request.on('error', reject);
      request.end(body && JSON.stringify(body));
    });

  const follow = async (
    path: string,
    kind: object,
    onEvent: (object: KubernetesObject, type: EventType) => void,
  ) => {
    for await (const line of createInterface({
      input: await send('GET', path),
    })) {
      const event = JSON.parse(line) as {
        type: EventType;
        object: KubernetesObject;
      };
      onEvent({ ...event.object, ...kind }, event.type);
    }
    throw new Error(`The watch of ${path} has ended.`);
  };

  return {
    get: async <T>(path: string) =>
      JSON.parse(await text(await send('GET', path))) as T,
    apply: async <T extends KubernetesObject>(object: T) =>
      JSON.parse(
        await text(
          await send(
            'PATCH',
            `${collectionPath(object, object.metadata.namespace)}/${
              object.metadata.name
            }?fieldManager=bench&force=true`,
            object,
          ),
        ),
      ) as T,
    watch(kind, labelSelector, onEvent) {
      const query = new URLSearchParams({
        watch: 'true',
        labelSelector,
        timeoutSeconds: '7200',
      });
      follow(`${collectionPath(kind)}?${query}`, kind, onEvent).catch(error => {
        // Without it nothing would ever be seen again.
        if (!closed) {
          throw error;
        }
      });
    },
    close() {
      closed = true;
      agent.destroy();
    },
  };
}

/** Where the objects of a kind are; all namespaces' where none is given. */
export function collectionPath(
  { apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>,
  namespace?: string,
): string {
  const lower = kind.toLowerCase();
  return [
    apiVersion.includes('/') ? '/apis' : '/api',
    apiVersion,
    ...(namespace ? ['namespaces', namespace] : []),
    /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`,
  ].join('/');
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
