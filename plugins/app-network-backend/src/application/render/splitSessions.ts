import type {
  AppNetwork,
  KubernetesObject,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { IEnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter';
import type { PlatformFacts } from '../../platform/facts';
import { gatewayName } from './gateway';
import { renderGatewayFilter } from './gatewayFilter';
import { ENVOY_FILTER } from './kinds';
import { gatewayObjectName } from './metadata';
import type { Route } from './routes';

/** Name of the routes to several backends with cookie affinity, by which they are told from others of a Gateway. */
export const SPLIT_SESSION_ROUTE = 'split-session';

/** The object that {@link renderSplitSessions} makes. */
export function splitSessionsRef(
  appNetwork: AppNetwork,
  { ingressGateway: { namespace } }: PlatformFacts,
): ObjectRef {
  return { ...ENVOY_FILTER, namespace, name: splitSessionsName(appNetwork) };
}

/** Name of that EnvoyFilter. */
export function splitSessionsName(appNetwork: AppNetwork): string {
  return gatewayObjectName(appNetwork, 'sessions');
}

/** Whether a cookie has to hold for one of several backends. */
export function isSplitSession({
  backends,
  refusal,
  sessionPersistence,
}: Route): boolean {
  return (
    !refusal &&
    sessionPersistence !== undefined &&
    // Istio leaves out those without weight.
    backends.filter(({ weight }) => weight > 0).length > 1
  );
}

/**
 * The Istio EnvoyFilter at the ingress gateway that has the cookie choose one of several backends, in proportion to their weights, as it
 * chooses one of their pods. By itself Envoy chooses the backend anew for each request (config.route.v3.WeightedCluster, use_hash_policy). A
 * request without the cookie is answered by any, and those that bring it by the same one for as long as the weights are the same.
 */
export function renderSplitSessions(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): IEnvoyFilter & KubernetesObject {
  return renderGatewayFilter(appNetwork, facts, splitSessionsName(appNetwork), [
    {
      applyTo: 'HTTP_ROUTE',
      match: {
        context: 'GATEWAY',
        routeConfiguration: {
          gateway: `${appNetwork.metadata.namespace}/${gatewayName(
            appNetwork,
          )}`,
          vhost: { route: { name: SPLIT_SESSION_ROUTE } },
        },
      },
      patch: {
        operation: 'MERGE',
        value: { route: { weighted_clusters: { use_hash_policy: true } } },
      },
    },
  ]);
}
