import type {
  KubernetesObject,
  NetworkPlatformSpec,
  SystemComponent,
} from '@app-network/backstage-plugin-app-network-common';
import type { IPeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1';
import { callsTo } from '../apiServerCalls';
import type { ClusterFacts } from '../clusterFacts';
import { istioNamespace } from '../components/istio';

export type PeerAuthentication = IPeerAuthentication & KubernetesObject;

const PEER_AUTHENTICATION = {
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
} as const;

/** What says how pods in the mesh are called: the mesh-wide policy, and where the API server calls a member, one for that. */
export function renderPeerAuthentications(
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
): PeerAuthentication[] {
  const hasMesh =
    (spec.components?.istio?.enabled ?? true) || facts.existing.istio;
  if (!hasMesh) {
    return [];
  }
  return [
    // A mesh that is not the platform's own keeps its policy.
    ...(facts.existing.istio ? [] : [renderMeshWide(spec)]),
    ...(spec.systemComponents ?? [])
      .filter(({ mesh }) => mesh)
      .flatMap(component => renderForApiServer(component, facts)),
  ];
}

/** The policy without selector in Istio's root namespace, which applies to every pod in the mesh (Istio, PeerAuthentication). */
function renderMeshWide(spec: NetworkPlatformSpec): PeerAuthentication {
  const { mtls = 'Strict' } = spec.components?.istio ?? {};
  return {
    ...PEER_AUTHENTICATION,
    metadata: { namespace: istioNamespace(spec), name: 'default' },
    spec: { mtls: { mode: mtls === 'Strict' ? 'STRICT' : 'PERMISSIVE' } },
  };
}

/**
 * The API server is not in the mesh: its calls, which have TLS of their own, are let in at the ports of webhooks and of parts of the API. One
 * policy for each set of pods that a Service selects, for Istio applies ports to selected pods alone, and of several policies the oldest.
 */
function renderForApiServer(
  component: SystemComponent,
  facts: ClusterFacts,
): PeerAuthentication[] {
  const portsBySelector = new Map<string, number[]>();
  for (const { selector, numbers } of callsTo(component, facts)) {
    const key = JSON.stringify(selector);
    portsBySelector.set(key, [...(portsBySelector.get(key) ?? []), ...numbers]);
  }
  return [...portsBySelector]
    .filter(([, ports]) => ports.length > 0)
    .map(([selector, ports], i) => ({
      ...PEER_AUTHENTICATION,
      metadata: {
        namespace: component.namespace,
        name: `app-network-system-${component.name}${i > 0 ? `-${i + 1}` : ''}`,
      },
      spec: {
        selector: { matchLabels: JSON.parse(selector) },
        portLevelMtls: Object.fromEntries(
          ports.map(port => [port, { mode: 'PERMISSIVE' as const }]),
        ),
      },
    }));
}
