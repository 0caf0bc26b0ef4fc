import { toError } from '@backstage/errors';
import { KubeConfig } from '@kubernetes/client-node';
import { createKubernetesClient } from '../engine/client';
import { createConnection } from '../engine/connection';
import { createDiscovery } from '../engine/discovery';
import type { KubernetesClient } from '../engine/types';
import { userPath } from './terminal';

/** Which cluster a command reads. */
export interface ClusterOptions {
  /** Path of a kubeconfig, from where the user is; default: kubectl's ($KUBECONFIG, ~/.kube/config). */
  kubeconfig?: string;
  /** Context in it; default: the current one. */
  context?: string;
}

/** The part of a client that only reads. */
export type ReadingClient = Pick<KubernetesClient, 'get' | 'list'>;

/** Gives a function a client of a cluster, and ends the connection after it. */
export async function withCluster<T>(
  options: ClusterOptions,
  use: (client: ReadingClient) => Promise<T>,
): Promise<T> {
  const kubeConfig = loadKubeConfig(options);
  const connection = createConnection({
    cluster: kubeConfig.getCurrentContext(),
    loadKubeConfig: () => kubeConfig,
  });
  try {
    const discovery = createDiscovery(connection);
    return await use(createKubernetesClient({ connection, discovery }));
  } finally {
    await connection.close();
  }
}

function loadKubeConfig({ kubeconfig, context }: ClusterOptions): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    if (kubeconfig) {
      kubeConfig.loadFromFile(userPath(kubeconfig));
    } else {
      kubeConfig.loadFromDefault();
    }
  } catch (error) {
    // What the parser adds quotes the lines around, and in a kubeconfig those hold credentials.
    const [reason] = toError(error).message.split('\n', 1);
    throw new Error(`The kubeconfig can't be read: ${reason}`);
  }
  const contexts = kubeConfig.getContexts().map(({ name }) => name);
  const current = context ?? kubeConfig.getCurrentContext();
  if (!contexts.includes(current)) {
    throw new Error(
      `--context: there is no context ${current || 'that is current'} in ${
        kubeconfig ?? 'the default kubeconfig'
      }; it has ${contexts.join(', ') || 'none'}`,
    );
  }
  kubeConfig.setCurrentContext(current);
  return kubeConfig;
}
