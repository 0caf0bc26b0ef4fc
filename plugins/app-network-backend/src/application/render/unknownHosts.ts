import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IEnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter';
import type { PlatformFacts } from '../../platform/facts';
import { ENVOY_FILTER } from './kinds';
import { gatewayObjectName, objectMeta } from './metadata';

const CONNECTION_MANAGER =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * The Istio EnvoyFilter at the ingress gateway that answers 421 for hosts that a Gateway does not have, where it would answer 404, or 401
 * for a token that somebody's RequestAuthentication does not know: what has no route is all that it answers itself. A
 * certificate that the user brings may be valid for hostnames of other Gateways too, and a client asks for those over a connection that it has
 * (RFC 9113, 9.1.1); told 421, it asks again over one of their own (RFC 9110, 15.5.20).
 *
 * @param servers - hostnames of each of the Gateway's servers for HTTPS: each has routes for its own alone
 */
export function renderUnknownHosts(
  appNetwork: AppNetwork,
  { ingressGateway }: PlatformFacts,
  servers: readonly (readonly string[])[],
): IEnvoyFilter & KubernetesObject {
  return {
    ...ENVOY_FILTER,
    metadata: objectMeta(appNetwork, {
      name: unknownHostsName(appNetwork),
      namespace: ingressGateway.namespace,
    }),
    spec: {
      workloadSelector: { labels: ingressGateway.selector },
      configPatches: servers.map(hostnames => ({
        applyTo: 'NETWORK_FILTER' as const,
        match: {
          context: 'GATEWAY' as const,
          listener: {
            filterChain: {
              // A chain has the names of one server, of which one is enough.
              sni: hostnames[0],
              filter: { name: 'envoy.filters.network.http_connection_manager' },
            },
          },
        },
        patch: {
          operation: 'MERGE' as const,
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
      })),
    },
  };
}

/** Name of that EnvoyFilter. */
export function unknownHostsName(appNetwork: AppNetwork): string {
  return gatewayObjectName(appNetwork, 'misdirected');
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
