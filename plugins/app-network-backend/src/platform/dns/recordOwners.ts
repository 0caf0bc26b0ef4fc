import {
  NETWORK_PLATFORM_NAME,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import type { Cluster } from '../../engine/types';
import { NETWORK_PLATFORM } from '../../kinds';
import { recordOwner } from '../components/externalDns';
import { systemNamespaceInformer } from '../informers';
import type { RecordOwners } from './names';

/**
 * Knows whose ExternalDNS an owner id is, as far as the clusters' NetworkPlatforms tell: the cluster's own, or that of the one other cluster
 * that has it. Two may have one, in different zones.
 *
 * @param own - the cluster that names should lead to
 * @param connected - all clusters of the portal that are connected, this one too
 */
export function createRecordOwners(
  own: Cluster,
  connected: () => readonly Cluster[],
): RecordOwners {
  return ownerId => {
    if (ownerIdOf(own) === ownerId) {
      return { cluster: own.name, isOwn: true };
    }
    const [cluster, another] = connected().filter(
      other => other.name !== own.name && ownerIdOf(other) === ownerId,
    );
    return cluster && !another ? { cluster: cluster.name } : {};
  };
}

/** By which a cluster's ExternalDNS marks its records; undefined where there is none, or it is not known. */
function ownerIdOf(cluster: Cluster): string | undefined {
  const { spec } =
    cluster.informers
      .informer<NetworkPlatform>(NETWORK_PLATFORM)
      .get(undefined, NETWORK_PLATFORM_NAME) ?? {};
  const system = systemNamespaceInformer(cluster).get(undefined, 'kube-system');
  return spec?.dns?.external
    ? recordOwner(spec, { clusterId: system?.metadata.uid })
    : undefined;
}
