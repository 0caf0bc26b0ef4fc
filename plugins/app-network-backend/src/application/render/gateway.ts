import type {
  AppNetwork,
  KubernetesObject,
  ObjectMeta,
} from '@app-network/backstage-plugin-app-network-common';
import { createHash } from 'node:crypto';
import type { IGateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway';
import type { PlatformFacts } from '../../platform/facts';
import { mayAskOverHttp } from './certificate';
import { GATEWAY } from './kinds';
import { objectMeta } from './metadata';

/** Ports of the Gateway, whatever the pods of the ingress gateway listen on: a route's `match.port` is one of them. */
export const HTTPS_PORT = 443;
export const HTTP_PORT = 80;

/** Name of the port for HTTPS, by which the gateway's routes of AppNetworks are told from others (authentication/envoyFilter.ts). */
export const HTTPS_PORT_NAME = 'https-app-network';

/** The Gateway's name: the AppNetwork's, or a label made of it where that has dots, for Istio takes no Gateway with one (validateGateway). */
export function gatewayName({ metadata: { name } }: AppNetwork): string {
  if (!name.includes('.')) {
    return name;
  }
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.replaceAll('.', '-').slice(0, 54)}-${hash}`;
}

/**
 * The Istio Gateway: HTTPS at 443, and at 80 a redirect to it, before any route that somebody may have made for the hostname. Where an ACME
 * server may ask for proof there, the way to it is a route, and the redirect one after it, in the VirtualService.
 *
 * A hostname that another Gateway has as well until it gives it up gets a server of its own, for Istio leaves out a server that has one
 * hostname in common with an earlier one (istiod, mergeGateways).
 *
 * @param served - all hostnames, and those of them that are being taken over
 * @param credentialName - Secret in the ingress gateway's namespace with the certificate; undefined passes TLS through to the application
 */
export function renderGateway(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  {
    hostnames,
    takenOver,
  }: { hostnames: readonly string[]; takenOver: readonly string[] },
  credentialName: string | undefined,
): IGateway & KubernetesObject {
  const settled = hostnames.filter(hostname => !takenOver.includes(hostname));
  const servers = [
    settled,
    ...hostnames
      .filter(hostname => takenOver.includes(hostname))
      .map(hostname => [hostname]),
  ].filter(({ length }) => length > 0);
  const name = credentialName ? HTTPS_PORT_NAME : 'tls';
  return {
    ...GATEWAY,
    metadata: {
      ...objectMeta(appNetwork, { name: gatewayName(appNetwork) }),
      ...dnsAnnotations(appNetwork, facts),
    },
    spec: {
      selector: facts.ingressGateway.selector,
      servers: [
        ...servers.map((ofServer, index) => ({
          port: {
            name: index === 0 ? name : `${name}-${index}`,
            number: HTTPS_PORT,
            protocol: credentialName ? 'HTTPS' : 'TLS',
          },
          hosts: hostsOf(ofServer),
          tls: credentialName
            ? {
                mode: 'SIMPLE' as const,
                credentialName,
                minProtocolVersion: 'TLSV1_2' as const,
              }
            : { mode: 'PASSTHROUGH' as const },
        })),
        {
          port: { name: 'http', number: HTTP_PORT, protocol: 'HTTP' },
          hosts: hostsOf(hostnames),
          tls: { httpsRedirect: !mayAskOverHttp(appNetwork, facts) },
        },
      ],
    },
  };
}

/** Only VirtualServices of this namespace may add routes to these hostnames. */
function hostsOf(hostnames: readonly string[]): string[] {
  return hostnames.map(hostname => `./${hostname}`);
}

/**
 * What the hostnames' records should be like, as ExternalDNS reads it from a Gateway (external-dns v0.22, docs/annotations). Before 0.22 the
 * prefix was the other one, and an ExternalDNS of the user's own may be older.
 */
function dnsAnnotations(
  { spec }: AppNetwork,
  facts: PlatformFacts,
): Pick<ObjectMeta, 'annotations'> {
  const { enabled = true, ttl } = spec?.dns ?? {};
  const target = recordTarget(facts);
  const settings = {
    // Another controller's matter, which is nobody's.
    ...(enabled ? {} : { controller: 'none' }),
    ...(enabled && ttl !== undefined ? { ttl: String(ttl) } : {}),
    ...(enabled && target ? { target } : {}),
  };
  const annotations = Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      PREFIXES.map(prefix => [`${prefix}/${name}`, value]),
    ),
  );
  return Object.keys(annotations).length > 0 ? { annotations } : {};
}

/**
 * Where the records of a zone lead. ExternalDNS would find it by itself, but looks for it once a minute only: a change of a Gateway is what it
 * acts on at once, and one of the gateway's Service is not (external-dns v0.23, source/istio_gateway.go, AddEventHandler).
 */
function recordTarget({
  dns,
  ingressGateway,
}: PlatformFacts): string | undefined {
  return dns.mode === 'External'
    ? ingressGateway.addresses.map(({ value }) => value).join(',')
    : undefined;
}

const PREFIXES = [
  'external-dns.kubernetes.io',
  'external-dns.alpha.kubernetes.io',
];
