import type {
  KubernetesObject,
  NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type { IPeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1';
import type { ClusterFacts } from '../clusterFacts';
import { istioNamespace } from '../components/istio';

/**
 * The mesh-wide policy: one without selector in Istio's root namespace applies to every pod in the mesh (Istio, PeerAuthentication). None
 * for a mesh that is not the platform's own.
 */
export function renderPeerAuthentication(
  spec: NetworkPlatformSpec,
  { existing }: ClusterFacts,
): KubernetesObject[] {
  const { enabled = true, mtls = 'Strict' } = spec.components?.istio ?? {};
  if (!enabled || existing.istio) {
    return [];
  }
  const policy = {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { namespace: istioNamespace(spec), name: 'default' },
    spec: { mtls: { mode: mtls === 'Strict' ? 'STRICT' : 'PERMISSIVE' } },
  } satisfies IPeerAuthentication & KubernetesObject;
  return [policy];
}
