import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IGateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway';
import type { PlatformFacts } from '../../platform/facts';
import { GATEWAY } from './kinds';
import { objectMeta } from './metadata';

/**
 * The Istio Gateway: HTTPS at 443, and at 80 a redirect to it.
 *
 * @param credentialName - Secret in the ingress gateway's namespace with the certificate; undefined passes TLS through to the application
 */
export function renderGateway(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
  credentialName: string | undefined,
): IGateway & KubernetesObject {
  // Only VirtualServices of this namespace may add routes to these hostnames.
  const hosts = hostnames.map(hostname => `./${hostname}`);
  return {
    ...GATEWAY,
    metadata: objectMeta(appNetwork),
    spec: {
      selector: facts.ingressGateway.selector,
      servers: [
        {
          port: {
            name: credentialName ? 'https' : 'tls',
            number: 443,
            protocol: credentialName ? 'HTTPS' : 'TLS',
          },
          hosts,
          tls: credentialName
            ? { mode: 'SIMPLE', credentialName, minProtocolVersion: 'TLSV1_2' }
            : { mode: 'PASSTHROUGH' },
        },
        {
          port: { name: 'http', number: 80, protocol: 'HTTP' },
          hosts,
          tls: { httpsRedirect: true },
        },
      ],
    },
  };
}
