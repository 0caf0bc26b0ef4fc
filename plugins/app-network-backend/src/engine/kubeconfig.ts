import { readFileSync } from 'node:fs';
import { KubeConfig, type User } from '@kubernetes/client-node';

/**
 * A kubeconfig with the current context alone, as JSON (which is YAML), for programs that are built on client-go.
 *
 * @throws where the current context is incomplete
 */
export function exportKubeConfig(kubeConfig: KubeConfig): string {
  const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
  const cluster = kubeConfig.getCurrentCluster();
  const user = kubeConfig.getCurrentUser();
  if (!context || !cluster) {
    throw new Error(
      `the current context '${kubeConfig.getCurrentContext()}' of the kubeconfig is missing or names no cluster`,
    );
  }
  const single = new KubeConfig();
  single.loadFromOptions({
    clusters: [cluster],
    users: user ? [withToken(user)] : [],
    contexts: [context],
    currentContext: context.name,
  });
  return single.exportConfig();
}

/** In a pod client-node keeps the token's file in an auth provider of its own, which client-go doesn't know. */
function withToken(user: User): User {
  const { authProvider, ...rest } = user;
  const tokenFile: unknown = authProvider?.config?.tokenFile;
  return authProvider?.name === 'tokenFile' && typeof tokenFile === 'string'
    ? { ...rest, token: readFileSync(tokenFile, 'utf8').trim() }
    : user;
}
