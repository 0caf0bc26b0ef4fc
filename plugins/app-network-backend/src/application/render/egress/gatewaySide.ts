import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IGateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway';
import type { IServiceEntry } from '@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy';
import type { PlatformFacts } from '../../../platform/facts';
import {
  AUTHORIZATION_POLICY,
  GATEWAY,
  SERVICE_ENTRY,
  VIRTUAL_SERVICE,
} from '../kinds';
import { objectMeta } from '../metadata';
import { TUNNEL_PORT } from './callerSide';
import type { EgressEntry } from './entries';
import { gatewayName, tunnelHost } from './names';

type EgressGateway = NonNullable<PlatformFacts['egressGateway']>;

/** None but the gateway's own namespace gets to see it. */
const OWN_NAMESPACE = ['.'];

/**
 * What the egress gateway needs to let calls out, in its namespace, where users of applications' namespaces change nothing. The gateway ends
 * the mesh's mutual TLS and passes on what is inside as it is, TLS or HTTP, to the one host that a tunnel is for.
 */
export function renderGatewaySide(
  appNetwork: AppNetwork,
  gateway: EgressGateway,
  entries: readonly EgressEntry[],
): KubernetesObject[] {
  return [
    policy(appNetwork, gateway, entries),
    egressGateway(appNetwork, gateway, entries),
    ...entries.flatMap(entry => [
      outsideHost(appNetwork, gateway, entry),
      virtualService(appNetwork, gateway, entry),
    ]),
  ];
}

/** Refuses whoever asks for these tunnels from another namespace. It allows nothing, so that other uses of the gateway stay as they are. */
function policy(
  appNetwork: AppNetwork,
  { namespace, selector }: EgressGateway,
  entries: readonly EgressEntry[],
): IAuthorizationPolicy & KubernetesObject {
  return {
    ...AUTHORIZATION_POLICY,
    metadata: objectMeta(appNetwork, {
      namespace,
      name: gatewayName(appNetwork),
    }),
    spec: {
      selector: { matchLabels: selector },
      action: 'DENY',
      rules: [
        {
          from: [
            {
              source: { notNamespaces: [appNetwork.metadata.namespace ?? ''] },
            },
          ],
          when: [
            {
              key: 'connection.sni',
              values: entries.map(entry => tunnelHost(appNetwork, entry)),
            },
          ],
        },
      ],
    },
  };
}

function egressGateway(
  appNetwork: AppNetwork,
  { namespace, selector }: EgressGateway,
  entries: readonly EgressEntry[],
): IGateway & KubernetesObject {
  return {
    ...GATEWAY,
    metadata: objectMeta(appNetwork, {
      namespace,
      name: gatewayName(appNetwork),
    }),
    spec: {
      selector,
      servers: entries.map((entry, index) => ({
        port: { name: `tls-${index}`, number: TUNNEL_PORT, protocol: 'TLS' },
        hosts: [`./${tunnelHost(appNetwork, entry)}`],
        tls: { mode: 'ISTIO_MUTUAL' },
      })),
    },
  };
}

/** The outside host under the tunnel's name: hosts of the same name that others declare stay apart. */
function outsideHost(
  appNetwork: AppNetwork,
  { namespace }: EgressGateway,
  entry: EgressEntry,
): IServiceEntry & KubernetesObject {
  const name = tunnelHost(appNetwork, entry);
  return {
    ...SERVICE_ENTRY,
    metadata: objectMeta(appNetwork, { namespace, name }),
    spec: {
      hosts: [name],
      exportTo: OWN_NAMESPACE,
      location: 'MESH_EXTERNAL',
      resolution: 'DNS',
      // What is inside the tunnel is not looked at.
      ports: [{ name: 'tls', number: entry.port, protocol: 'TLS' }],
      endpoints: [{ address: entry.host }],
    },
  };
}

function virtualService(
  appNetwork: AppNetwork,
  { namespace }: EgressGateway,
  entry: EgressEntry,
): IVirtualService & KubernetesObject {
  const name = tunnelHost(appNetwork, entry);
  return {
    ...VIRTUAL_SERVICE,
    metadata: objectMeta(appNetwork, { namespace, name }),
    spec: {
      hosts: [name],
      exportTo: OWN_NAMESPACE,
      gateways: [`${namespace}/${gatewayName(appNetwork)}`],
      tcp: [
        {
          route: [
            { destination: { host: name, port: { number: entry.port } } },
          ],
        },
      ],
    },
  };
}
