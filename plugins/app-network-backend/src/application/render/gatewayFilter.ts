import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IEnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter';
import type { PlatformFacts } from '../../platform/facts';
import { ENVOY_FILTER } from './kinds';
import { objectMeta } from './metadata';

/** A change of what Istio tells Envoy. */
export type EnvoyPatch = NonNullable<
  NonNullable<IEnvoyFilter['spec']>['configPatches']
>[number];

/**
 * An Istio EnvoyFilter of an AppNetwork at the ingress gateway.
 *
 * @param name - unique in the gateway's namespace
 */
export function renderGatewayFilter(
  appNetwork: AppNetwork,
  { ingressGateway }: PlatformFacts,
  name: string,
  configPatches: EnvoyPatch[],
): IEnvoyFilter & KubernetesObject {
  return {
    ...ENVOY_FILTER,
    metadata: objectMeta(appNetwork, {
      name,
      namespace: ingressGateway.namespace,
    }),
    spec: {
      workloadSelector: { labels: ingressGateway.selector },
      configPatches,
    },
  };
}
