import type { NetworkPlatform } from '@app-network/backstage-plugin-app-network-common';
import { DEFAULT_PLATFORM } from '../../kinds';
import { existingInStatus, withExisting } from '../existing/existing';
import { platformReleases } from './platformReleases';

/** The namespaces that belong to a platform, those of what it found and uses too; those of the default one while there is none, for it may come any time. */
export function platformNamespaces(
  platform: NetworkPlatform = DEFAULT_PLATFORM,
): string[] {
  const placed = withExisting(platform, existingInStatus(platform.status));
  return [
    ...new Set(platformReleases(placed).map(({ namespace }) => namespace)),
  ];
}

/**
 * Whose namespace it is that no application may be in; undefined where it is nobody's. Kubernetes keeps names with kube- for itself
 * (documentation, "Namespaces").
 *
 * @param namespaces - of the platform
 */
export function reservedFor(
  namespace: string,
  namespaces: readonly string[],
): 'the cluster' | 'the network platform' | undefined {
  if (namespace.startsWith('kube-')) {
    return 'the cluster';
  }
  return namespaces.includes(namespace) ? 'the network platform' : undefined;
}
