import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IEnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter';
import type { PlatformFacts } from '../../platform/facts';
import { renderGatewayFilter } from './gatewayFilter';
import { gatewayObjectName } from './metadata';

const CONNECTION_MANAGER =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * The Istio EnvoyFilter at the ingress gateway that answers 421 for hosts that a Gateway does not have. A certificate that the user brings may be
 * valid for hostnames of other Gateways too, and a client asks for those over a connection that it has (RFC 9113, 9.1.1); told 421, it asks again
 * over one of their own (RFC 9110, 15.5.20). There is no route for such hosts, so that every answer would be the gateway's own: 404, or 401 for a
 * token that no RequestAuthentication knows.
 *
 * @param hostnames - of the Gateway, without those that another Gateway has as well: their names would lead to its filter chain
 */
export function renderUnknownHosts(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
): IEnvoyFilter & KubernetesObject {
  return renderGatewayFilter(appNetwork, facts, unknownHostsName(appNetwork), [
    {
      applyTo: 'NETWORK_FILTER',
      match: {
        context: 'GATEWAY',
        listener: {
          filterChain: {
            // One of the chain's names is enough.
            sni: hostnames[0],
            filter: {
              name: 'envoy.filters.network.http_connection_manager',
            },
          },
        },
      },
      patch: {
        operation: 'MERGE',
        value: {
          typed_config: {
            '@type': CONNECTION_MANAGER,
            local_reply_config: {
              mappers: [
                {
                  filter: {
                    and_filter: {
                      filters: hostnames.flatMap(authorities).map(other),
                    },
                  },
                  status_code: 421,
                },
              ],
            },
          },
        },
      },
    },
  ]);
}

/** Name of that EnvoyFilter. */
export function unknownHostsName(appNetwork: AppNetwork): string {
  return gatewayObjectName(appNetwork, 'unknown-hosts');
}

/** What a request's `:authority` is like that is for a hostname, with a port or without. */
function authorities(hostname: string): object[] {
  const suffix = hostname.replace('*', '');
  return hostname.startsWith('*.')
    ? [{ suffix }, { contains: `${suffix}:` }]
    : [{ exact: hostname }, { prefix: `${hostname}:` }];
}

function other(authority: object): object {
  return {
    header_filter: {
      header: {
        name: ':authority',
        string_match: { ...authority, ignore_case: true },
        invert_match: true,
      },
    },
  };
}
