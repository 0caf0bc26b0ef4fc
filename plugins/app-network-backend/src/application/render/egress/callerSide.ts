import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IDestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1/DestinationRule';
import type { IServiceEntry } from '@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { PlatformFacts } from '../../../platform/facts';
import { DESTINATION_RULE, SERVICE_ENTRY, VIRTUAL_SERVICE } from '../kinds';
import { objectMeta } from '../metadata';
import { podLabels } from '../selector';
import { byHost, type EgressEntry } from './entries';
import {
  hostObjectName,
  subsetName,
  tunnelHost,
  tunnelRuleName,
} from './names';

type EgressGateway = NonNullable<PlatformFacts['egressGateway']>;

/** Port at which the egress gateway takes callers in. */
export const TUNNEL_PORT = 443;

/** None but the proxies of the AppNetwork's own namespace get to see it. */
const OWN_NAMESPACE = ['.'];

/**
 * The Istio ServiceEntries that make outside hosts known to the proxies of a namespace, which look up no name but let calls go where the
 * application found it.
 *
 * @param options.unreachable - known, but leading nowhere: whoever is not routed elsewhere is refused
 */
export function renderServiceEntries(
  appNetwork: AppNetwork,
  entries: readonly EgressEntry[],
  { unreachable }: { unreachable: boolean },
): (IServiceEntry & KubernetesObject)[] {
  return byHost(entries).map(([host, ports]) => ({
    ...SERVICE_ENTRY,
    metadata: objectMeta(appNetwork, {
      name: hostObjectName(appNetwork, host),
    }),
    spec: {
      hosts: [host],
      exportTo: OWN_NAMESPACE,
      location: 'MESH_EXTERNAL',
      resolution: unreachable ? 'STATIC' : 'NONE',
      ports: ports.map(({ port, protocol }) => ({
        name: `${protocol.toLowerCase()}-${port}`,
        number: port,
        protocol,
      })),
    },
  }));
}

/** The Istio VirtualServices and the DestinationRule by which the pods' proxies send calls to the egress gateway, over mutual TLS of the mesh. */
export function renderTunnels(
  appNetwork: AppNetwork,
  gateway: EgressGateway,
  entries: readonly EgressEntry[],
): (
  | (IVirtualService & KubernetesObject)
  | (IDestinationRule & KubernetesObject)
)[] {
  return [
    tunnelRule(appNetwork, gateway, entries),
    ...byHost(entries).map(([host, ports]) =>
      virtualService(appNetwork, gateway, host, ports),
    ),
  ];
}

function tunnelRule(
  appNetwork: AppNetwork,
  gateway: EgressGateway,
  entries: readonly EgressEntry[],
): IDestinationRule & KubernetesObject {
  return {
    ...DESTINATION_RULE,
    metadata: objectMeta(appNetwork, { name: tunnelRuleName(appNetwork) }),
    spec: {
      host: gateway.host,
      exportTo: OWN_NAMESPACE,
      subsets: entries.map(entry => ({
        name: subsetName(appNetwork, entry),
        trafficPolicy: {
          tls: { mode: 'ISTIO_MUTUAL', sni: tunnelHost(appNetwork, entry) },
        },
      })),
    },
  };
}

function virtualService(
  appNetwork: AppNetwork,
  gateway: EgressGateway,
  host: string,
  entries: readonly EgressEntry[],
): IVirtualService & KubernetesObject {
  const labels = podLabels(appNetwork);
  const caller =
    Object.keys(labels).length > 0 ? { sourceLabels: labels } : undefined;
  const route = (entry: EgressEntry) => [
    {
      destination: {
        host: gateway.host,
        port: { number: TUNNEL_PORT },
        subset: subsetName(appNetwork, entry),
      },
    },
  ];
  const tls = entries
    .filter(({ protocol }) => protocol === 'TLS')
    .map(entry => ({
      match: [{ port: entry.port, sniHosts: [host], ...caller }],
      route: route(entry),
    }));
  const http = entries
    .filter(({ protocol }) => protocol === 'HTTP')
    .map(entry => ({
      match: [{ port: entry.port, ...caller }],
      route: route(entry),
    }));
  return {
    ...VIRTUAL_SERVICE,
    metadata: objectMeta(appNetwork, {
      name: hostObjectName(appNetwork, host),
    }),
    spec: {
      hosts: [host],
      exportTo: OWN_NAMESPACE,
      ...(tls.length > 0 ? { tls } : {}),
      ...(http.length > 0 ? { http } : {}),
    },
  };
}
