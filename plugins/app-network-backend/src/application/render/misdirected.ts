import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { PlatformFacts } from '../../platform/facts';
import { gatewayName, HTTPS_PORT } from './gateway';
import { virtualServiceName } from './hostnameGroups';
import { isCertified } from './hostnames';
import { VIRTUAL_SERVICE } from './kinds';
import { objectMeta } from './metadata';

/**
 * The Istio VirtualService that answers 421 at the Gateway of a wildcard for hostnames that somebody else serves. A client asks for them over a
 * connection to the wildcard, whose certificate is valid for them too (RFC 9113, 9.1.1), and its routes would have them; told 421, it asks
 * again over a connection of their own (RFC 9110, 15.5.20).
 *
 * @param held - hostnames of the Gateway
 * @param served - by others
 */
export function renderMisdirected(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  held: readonly string[],
  served: readonly string[],
): (IVirtualService & KubernetesObject)[] {
  const hosts = served.filter(
    hostname =>
      !held.includes(hostname) &&
      held.some(wildcard => isCertified(hostname, wildcard)),
  );
  if (hosts.length === 0 || appNetwork.spec?.tls?.mode === 'Passthrough') {
    return [];
  }
  const metadata = objectMeta(appNetwork, {
    name: virtualServiceName(appNetwork, 'misdirected'),
  });
  return [
    {
      ...VIRTUAL_SERVICE,
      metadata,
      spec: {
        hosts,
        gateways: [`${metadata.namespace}/${gatewayName(appNetwork)}`],
        exportTo: [facts.ingressGateway.namespace],
        http: [
          {
            match: [{ port: HTTPS_PORT }],
            directResponse: { status: 421 },
          },
        ],
      },
    },
  ];
}
