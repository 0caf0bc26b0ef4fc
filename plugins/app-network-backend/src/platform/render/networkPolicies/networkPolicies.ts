import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { KindRef } from '../../../engine/types';
import type { ClusterFacts } from '../../clusterFacts';
import type { HelmRelease } from '../../components/types';
import type { PlatformObject } from '../render';
import { platformPolicies } from './platformPolicies';
import { systemPolicy } from './systemPolicies';

export const NETWORK_POLICY = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
} as const satisfies KindRef;

/**
 * NetworkPolicies for what the platform installs and for what the platform team runs. One comes when what it is for is there, for its
 * namespace comes with that, and leaves with it.
 *
 * @param releases - all of the platform; what is not installed by it has no policy, for it isn't ours
 */
export function renderNetworkPolicies(
  spec: NetworkPlatformSpec,
  releases: readonly HelmRelease[],
  facts: ClusterFacts,
): PlatformObject[] {
  if (spec.networkPolicies?.enabled === false) {
    return [];
  }
  const installed = releases.filter(
    ({ enabled, existing }) => enabled && !existing,
  );
  return [
    ...installed.flatMap(release =>
      platformPolicies(spec, release, facts).map(object => ({
        object,
        needs: [release.release],
      })),
    ),
    ...(spec.systemComponents ?? []).map(component => ({
      object: systemPolicy(spec, component, installed, facts),
      needs: [],
    })),
  ];
}
