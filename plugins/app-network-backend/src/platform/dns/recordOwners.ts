import {
  NETWORK_PLATFORM_NAME,
  withDefaults,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import type { Cluster } from '../../engine/types';
import { NETWORK_PLATFORM } from '../../kinds';
import { recordOwner } from '../components/externalDns';
import { systemNamespaceInformer } from '../informers';

/**
 * The cluster whose ExternalDNS marks its records with an owner id, as far as that is known.
 *
 * @param clusters - that are connected
 * @returns its name
 */
export function clusterWithOwnerId(
  clusters: readonly Cluster[],
  ownerId: string,
): string | undefined {
  return clusters.find(cluster => ownerIdOf(cluster) === ownerId)?.name;
}

function ownerIdOf(cluster: Cluster): string | undefined {
  const platform = cluster.informers
    .informer<NetworkPlatform>(NETWORK_PLATFORM)
    .get(undefined, NETWORK_PLATFORM_NAME);
  const clusterId = systemNamespaceInformer(cluster).get(
    undefined,
    'kube-system',
  )?.metadata.uid;
  return (
    platform && recordOwner(withDefaults(platform).spec ?? {}, { clusterId })
  );
}
