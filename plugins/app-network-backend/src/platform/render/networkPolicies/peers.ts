import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { Peer } from './types';

/** Label that the API server puts on every namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** Label that Istio puts on every pod that it gives a proxy, gateways too (istio.io, templates of the injector). */
const CANONICAL_NAME = 'service.istio.io/canonical-name';

/** Pods of one namespace, all of them where no labels are given. */
export function podsOf(
  namespace: string,
  matchLabels: Record<string, string> = {},
): Peer {
  return {
    namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } },
    podSelector: Object.keys(matchLabels).length > 0 ? { matchLabels } : {},
  };
}

/** Pods in the mesh, of every namespace. */
export const MESHED_PODS: Peer = {
  namespaceSelector: {},
  podSelector: {
    matchExpressions: [{ key: CANONICAL_NAME, operator: 'Exists' }],
  },
};

/** System components that scrape metrics. */
export function scrapers(spec: NetworkPlatformSpec): Peer[] {
  return (spec.systemComponents ?? [])
    .filter(({ scraper }) => scraper)
    .map(({ namespace, selector }) => podsOf(namespace, selector?.matchLabels));
}
