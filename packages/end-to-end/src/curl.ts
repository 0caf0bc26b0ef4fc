import {
  kubectl,
  type KubernetesObject,
  type LocalCluster,
} from './cluster.ts';
import { IMAGE, type Caller } from './connections.ts';

/** What a pod needs of this machine to run its curl; the local cluster's node sees these folders, read-only. */
const FOLDERS = { usr: '/usr', lib: '/usr/lib', lib64: '/usr/lib64' };

/** A pod labelled `app: <name>` that can make requests with {@link curl}. */
export function curlPod(
  { namespace, name }: Caller,
  labels: Record<string, string> = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels: { app: name, ...labels } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: IMAGE,
          args: ['pause'],
          volumeMounts: Object.keys(FOLDERS).map(folder => ({
            name: folder,
            mountPath: `/${folder}`,
            readOnly: true,
          })),
        },
      ],
      volumes: Object.entries(FOLDERS).map(([folder, path]) => ({
        name: folder,
        hostPath: { path },
      })),
    },
  } as KubernetesObject;
}

/**
 * GET from a pod: the body of the answer and its status, such as `hello 200`, or what curl says where there is none.
 *
 * @param authority - PEM of the authority that the server's certificate must be of
 */
export async function curl(
  cluster: LocalCluster,
  { namespace, name }: Caller,
  url: string,
  authority: string,
): Promise<string> {
  try {
    return await kubectl(
      cluster,
      [
        ...['exec', name, '--namespace', namespace, '--container', 'main'],
        ...['--stdin', '--', '/usr/bin/curl', '--silent', '--show-error'],
        ...['--max-time', '5', '--cacert', '/dev/stdin'],
        ...['--write-out', ' %{http_code}', url],
      ],
      authority,
    );
  } catch (error) {
    return String(error);
  }
}
