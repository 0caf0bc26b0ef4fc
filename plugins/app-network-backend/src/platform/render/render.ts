import {
  withDefaults,
  type KubernetesObject,
  type NetworkPlatform,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { ICertificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
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

const SECRET: KindRef = { apiVersion: 'v1', kind: 'Secret' };

/** Kinds that a platform has objects of, besides what its charts bring. */
export const PLATFORM_KINDS: KindRef[] = [
  { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication' },
  { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer' },
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  SECRET,
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
  /** What is not written here and stays: what is not desired any more while it is in use, and the Secrets of certificates. */
  retained: ObjectRef[];
  /** What the spec says of certificates and can't be done. */
  certificateProblems: string[];
} {
  const spec = withDefaults(platform).spec ?? {};
  const issuer = renderIssuer(spec, facts);
  const objects: PlatformObject[] = [
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
  ];
  return {
    objects,
    retained: [...issuer.retained, ...secretsOf(objects)],
    certificateProblems: issuer.problems,
  };
}

/** The Secrets that cert-manager keeps for Certificates and labels as the platform's. */
function secretsOf(objects: readonly PlatformObject[]): ObjectRef[] {
  return objects
    .map(({ object }) => object as KubernetesObject & ICertificate)
    .filter(({ kind, spec }) => kind === 'Certificate' && spec?.secretTemplate)
    .map(({ metadata, spec }) => ({
      ...SECRET,
      namespace: metadata.namespace,
      name: spec?.secretName ?? '',
    }));
}
