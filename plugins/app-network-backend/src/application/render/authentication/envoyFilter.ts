import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IEnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter';
import type { PlatformFacts } from '../../../platform/facts';
import { HTTPS_PORT_NAME } from '../gateway';
import { renderGatewayFilter, type EnvoyPatch } from '../gatewayFilter';
import { gatewayObjectName } from '../metadata';

const JWT_FILTER = 'envoy.filters.http.jwt_authn';

/**
 * The Istio EnvoyFilter at the ingress gateway that keeps a RequestAuthentication to the hostnames that ask for tokens. By itself the gateway
 * looks for tokens in the requests of every hostname once one asks for them, and answers 401 to those of an issuer that nobody has declared,
 * where the application may want them.
 *
 * It switches the filter off for the hostnames of all AppNetworks, which are known by the name of their Gateways' port, and on for those of
 * this one. Nothing is open where that fails: routes for those with a token ask for claims, which nobody else but that filter finds.
 */
export function renderEnvoyFilter(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
): IEnvoyFilter & KubernetesObject {
  return renderGatewayFilter(
    appNetwork,
    facts,
    gatewayObjectName(appNetwork, 'jwt'),
    [
      patch('ROUTE_CONFIGURATION', {}, { disabled: true }),
      ...hostnames.map(domainName =>
        patch(
          'VIRTUAL_HOST',
          { vhost: { domainName } },
          // A filter that is named here without being disabled is on (Envoy, FilterConfig), with its own configuration where this one is none.
          {
            is_optional: true,
            config: {
              '@type': 'type.googleapis.com/google.protobuf.Empty',
              value: {},
            },
          },
        ),
      ),
    ],
  );
}

function patch(
  applyTo: 'ROUTE_CONFIGURATION' | 'VIRTUAL_HOST',
  where: object,
  filterConfig: object,
): EnvoyPatch {
  return {
    applyTo,
    match: {
      context: 'GATEWAY',
      routeConfiguration: { portName: HTTPS_PORT_NAME, ...where },
    },
    patch: {
      operation: 'MERGE',
      value: {
        typed_per_filter_config: {
          [JWT_FILTER]: {
            '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig',
            ...filterConfig,
          },
        },
      },
    },
  };
}
