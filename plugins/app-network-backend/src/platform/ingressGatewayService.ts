import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { Service } from './addresses';
import { INGRESS_GATEWAY, ingressGatewayNamespace } from './components/istio';
import type { ExistingComponents } from './existing/existing';
import type { PlatformInformers } from './informers';

/**
 * The Service at which the ingress gateway is reached. The platform's own is named as its release; of a gateway that was there already it is
 * one that selects its pods, first of all one for callers from outside.
 */
export function ingressGatewayService(
  { services }: Pick<PlatformInformers, 'services'>,
  spec: NetworkPlatformSpec,
  { ingressGateway }: ExistingComponents,
): Service | undefined {
  const namespace = ingressGatewayNamespace(spec);
  return ingressGateway
    ? services
        .list(namespace)
        .filter(service => selects(service, ingressGateway.podLabels))
        .sort((one, other) => rank(one).localeCompare(rank(other)))[0]
    : services.get(namespace, INGRESS_GATEWAY);
}

/** One without a selector selects nothing (Kubernetes, "Services without selectors"). */
function selects(
  { spec }: Service,
  podLabels: Record<string, string>,
): boolean {
  const selector = Object.entries(spec?.selector ?? {});
  return (
    selector.length > 0 &&
    selector.every(([label, value]) => podLabels[label] === value)
  );
}

function rank({ metadata, spec }: Service): string {
  return `${spec?.type === 'LoadBalancer' ? 0 : 1} ${metadata.name}`;
}
