import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';
import { accessEntries } from './access';
import { NETWORK_POLICY } from './kinds';
import { objectMeta } from './metadata';
import { gatewayPorts } from './ports';
import type { Route } from './routes';
import { podLabels } from './selector';

/** The part of a Kubernetes NetworkPolicy that is written. */
export interface NetworkPolicy extends KubernetesObject {
  spec: {
    podSelector: LabelSelector;
    policyTypes: 'Ingress'[];
    ingress?: IngressRule[];
  };
}

interface LabelSelector {
  matchLabels?: Record<string, string>;
}

interface IngressRule {
  from: { namespaceSelector?: LabelSelector; podSelector?: LabelSelector }[];
  ports?: { protocol: 'TCP'; port: number }[];
}

/** Label that the API server puts on every namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/**
 * The NetworkPolicy on the pods: connections that may come in. It knows pods by namespace and label and no service accounts, so that it lets
 * in a little more than the AuthorizationPolicy behind it. Ports are those of the pods: a sidecar takes over behind the policy.
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
      policyTypes: ['Ingress'],
      ingress: [
        ...fromIngressGateway(facts, routes),
        { from: [{ podSelector: own }] },
        ...fromAccess(appNetwork),
        ...fromScrapers(facts),
      ],
    },
  };
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
  const inMesh = appNetwork.spec?.mesh?.enabled ?? true;
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
    ...(ports ? { ports: ports.map(port => ({ protocol: 'TCP', port })) } : {}),
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
