import type {
  AppNetwork,
  AppNetworkJwtRule,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IRequestAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/RequestAuthentication';
import type { PlatformFacts } from '../../../platform/facts';
import { REQUEST_AUTHENTICATION } from '../kinds';
import { gatewayObjectName, objectMeta } from '../metadata';

/**
 * The Istio RequestAuthentication at the ingress gateway: with which keys it checks the tokens of which issuers. It lets nobody in and keeps
 * nobody out; the routes do, by what the tokens say, audiences included: where those of several AppNetworks stood here for one issuer, Envoy
 * would answer a token that is not good by what the last of them lacks, 401 or 403.
 */
export function renderRequestAuthentication(
  appNetwork: AppNetwork,
  { ingressGateway }: PlatformFacts,
  jwtRules: readonly AppNetworkJwtRule[],
): IRequestAuthentication & KubernetesObject {
  return {
    ...REQUEST_AUTHENTICATION,
    metadata: objectMeta(appNetwork, {
      name: gatewayObjectName(appNetwork, 'jwt'),
      namespace: ingressGateway.namespace,
    }),
    spec: {
      selector: { matchLabels: ingressGateway.selector },
      jwtRules: jwtRules.map(({ audiences, ...rule }) => ({
        ...rule,
        forwardOriginalToken: true,
      })),
    },
  };
}
