import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';
import { accessEntries } from './access';
import { egressWay } from './egress/egress';
import { egressEntries } from './egress/entries';
import { NETWORK_POLICY } from './kinds';
import { isInMesh } from './mesh';
import { objectMeta } from './metadata';
import { gatewayPorts, sortedPorts } from './ports';
import type { Route } from './routes';
import { podLabels } from './selector';

/** The part of a Kubernetes NetworkPolicy that is written. */
export interface NetworkPolicy extends KubernetesObject {
  spec: {
    podSelector: LabelSelector;
    policyTypes: ('Ingress' | 'Egress')[];
    ingress: IngressRule[];
    egress: EgressRule[];
  };
}

interface LabelSelector {
  matchLabels?: Record<string, string>;
}

interface IngressRule {
  from: Pods[];
  ports?: Port[];
}

interface EgressRule {
  to: (Pods | { ipBlock: { cidr: string } })[];
  ports?: Port[];
}

interface Pods {
  namespaceSelector?: LabelSelector;
  podSelector?: LabelSelector;
}

interface Port {
  protocol: 'TCP' | 'UDP';
  port: number;
}

/** Label that the API server puts on every namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** Every address, in IPv4 and IPv6. */
const EVERYWHERE = ['0.0.0.0/0', '::/0'];

/**
 * Addresses that are not the internet's (RFC 1918, 6598, 3927; RFC 4193, 4291): where a cluster's name servers are that are no pods, such as
 * a node's own cache and a cloud's resolver.
 */
const NOT_THE_INTERNET = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
];

/**
 * The NetworkPolicy on the pods: connections that may come in and go out. It knows pods by namespace and label and no service accounts, so
 * that it lets in a little more than the AuthorizationPolicy behind it. Ports are those of the pods: a sidecar takes over behind the policy.
 *
 * @param routes - what the ingress gateway routes to the pods; empty where it is not to call them
 */
export function renderNetworkPolicy(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  routes: readonly Route[],
): NetworkPolicy {
  const own = { matchLabels: podLabels(appNetwork) };
  return {
    ...NETWORK_POLICY,
    metadata: objectMeta(appNetwork),
    spec: {
      podSelector: own,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        ...fromIngressGateway(facts, routes),
        { from: [{ podSelector: own }] },
        ...fromAccess(appNetwork),
        ...fromScrapers(facts),
      ],
      egress: [
        // Pods of the cluster, whose own policies decide; istiod, DNS and the gateways are among them.
        { to: [{ namespaceSelector: {} }] },
        {
          to: NOT_THE_INTERNET.map(ipBlock),
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
        ...toOutside(appNetwork, facts),
      ],
    },
  };
}

/** Where calls to outside hosts leave straight from the pods. A NetworkPolicy knows no names, so that their ports are open to every address. */
function toOutside(appNetwork: AppNetwork, facts: PlatformFacts): EgressRule[] {
  const ports = sortedPorts(egressEntries(appNetwork).map(({ port }) => port));
  return egressWay(appNetwork, facts) === 'Direct'
    ? [{ to: EVERYWHERE.map(ipBlock), ports: ports.map(tcp) }]
    : [];
}

function ipBlock(cidr: string): { ipBlock: { cidr: string } } {
  return { ipBlock: { cidr } };
}

function tcp(port: number): Port {
  return { protocol: 'TCP', port };
}

function fromIngressGateway(
  facts: PlatformFacts,
  routes: readonly Route[],
): IngressRule[] {
  const { namespace, selector } = facts.ingressGateway;
  return routes.some(({ backends }) => backends.length > 0)
    ? [
        rule(
          {
            namespaceSelector: byName(namespace),
            podSelector: { matchLabels: selector },
          },
          gatewayPorts(routes),
        ),
      ]
    : [];
}

function fromScrapers(facts: PlatformFacts): IngressRule[] {
  return facts.scrapers
    .map(({ namespace, selector }) =>
      rule({
        namespaceSelector: byName(namespace),
        podSelector: { matchLabels: sortedByKey(selector) },
      }),
    )
    .sort((one, other) =>
      JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
    );
}

/** With the mesh, the AuthorizationPolicy behind asks for the service account. Without it nobody would, so that none of the namespace comes in. */
function fromAccess(appNetwork: AppNetwork): IngressRule[] {
  const inMesh = isInMesh(appNetwork);
  return accessEntries(appNetwork)
    .filter(({ serviceAccount }) => inMesh || !serviceAccount)
    .map(({ namespace, ports }) =>
      rule({ namespaceSelector: byName(namespace) }, ports),
    );
}

function rule(
  peer: IngressRule['from'][number],
  ports?: readonly number[],
): IngressRule {
  return {
    from: [peer],
    ...(ports ? { ports: ports.map(tcp) } : {}),
  };
}

function sortedByKey(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function byName(namespace: string): LabelSelector {
  return { matchLabels: { [NAMESPACE_NAME]: namespace } };
}
