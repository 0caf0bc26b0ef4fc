import {
  withDefaults,
  type KubernetesObject,
  type NetworkPlatform,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { KindRef } from '../../engine/types';
import type { ClusterFacts } from '../clusterFacts';
import { platformReleases } from '../components/platformReleases';
import { renderIssuer } from './issuer';
import {
  NETWORK_POLICY,
  renderNetworkPolicies,
} from './networkPolicies/networkPolicies';
import {
  renderSystemComponents,
  SYSTEM_COMPONENT_KINDS,
} from '../systemComponents/render';
import { renderPeerAuthentications } from './peerAuthentication';

/** Kinds that a platform has objects of, besides what its charts bring. */
export const PLATFORM_KINDS: KindRef[] = [
  { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication' },
  { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer' },
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  NETWORK_POLICY,
  ...SYSTEM_COMPONENT_KINDS,
];

/** An object of the platform. */
export interface PlatformObject {
  object: KubernetesObject;
  /** Names of the releases that must be ready to take it. */
  needs: string[];
}

/** What a platform consists of, besides what its charts bring. */
export function renderPlatform(
  platform: NetworkPlatform,
  facts: ClusterFacts,
): {
  objects: PlatformObject[];
  /** What is not desired any more, and stays while it is in use. */
  retained: ObjectRef[];
  /** What the spec says of certificates and can't be done. */
  certificateProblems: string[];
} {
  const spec = withDefaults(platform).spec ?? {};
  const issuer = renderIssuer(spec, facts);
  return {
    objects: [
      ...renderPeerAuthentications(spec, facts).map(object => ({
        object,
        needs: ['istiod'],
      })),
      ...issuer.objects.map(object => ({
        object,
        needs: ['cert-manager'],
      })),
      ...renderSystemComponents(spec, facts),
      ...renderNetworkPolicies(spec, platformReleases(platform, facts), facts),
    ],
    retained: issuer.retained,
    certificateProblems: issuer.problems,
  };
}
