import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import { callsTo } from '../../apiServerCalls';
import type { ClusterFacts } from '../../clusterFacts';
import { INGRESS_GATEWAY } from '../../components/istio';
import type { HelmRelease } from '../../components/types';
import { podsOf, scrapers } from './peers';
import { podsOfRelease } from './platformPolicies';
import type { IngressRule, NetworkPolicy, Port } from './types';

type SystemComponent = NonNullable<
  NetworkPlatformSpec['systemComponents']
>[number];

/**
 * The policy of an entry of spec.systemComponents. Its pods are called by each other, by scrapers, by the ingress controller where it has
 * `ingress`, by the API server where it serves webhooks or a part of the API, and by whom `access` names; by nobody else.
 *
 * Ports are those of the pods. With `mesh` they stay the same: the sidecar takes over inside the pod, behind the policy.
 */
export function systemPolicy(
  spec: NetworkPlatformSpec,
  component: SystemComponent,
  releases: readonly HelmRelease[],
  facts: ClusterFacts,
): NetworkPolicy {
  const { namespace, name } = component;
  const podSelector =
    podsOf(namespace, component.selector?.matchLabels).podSelector ?? {};
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name: `app-network-system-${name}` },
    spec: {
      podSelector,
      policyTypes: ['Ingress'],
      ingress: [
        { from: [{ podSelector }] },
        ...fromIngressController(spec, component, releases, facts),
        ...fromApiServer(component, facts),
        ...fromScrapers(spec),
        ...fromAccess(component),
      ],
    },
  };
}

function fromIngressController(
  spec: NetworkPlatformSpec,
  { namespace, ingress }: SystemComponent,
  releases: readonly HelmRelease[],
  facts: ClusterFacts,
): IngressRule[] {
  if (!ingress) {
    return [];
  }
  const controller = ingressController(spec, releases);
  const ports = podPorts(
    facts.systemServices[`${namespace}/${ingress.service}`],
    ingress.port,
  );
  return [
    {
      // The pods of a class that was there already are not known; with a host's network they have no labels at all.
      ...(controller
        ? {
            from: [
              podsOf(
                controller.namespace,
                podsOfRelease(controller).matchLabels,
              ),
            ],
          }
        : {}),
      ports,
    },
  ];
}

/** From anybody, for the API server's address can't be known (see the table of what the platform installs). */
function fromApiServer(
  component: SystemComponent,
  facts: ClusterFacts,
): IngressRule[] {
  const ports = callsTo(component, facts).map(({ podPort }) => podPort);
  return ports.length > 0 ? [{ ports }] : [];
}

/** The release whose pods serve system components; undefined where it is not the platform's. */
function ingressController(
  { ingressController: chosen = 'nginx' }: NetworkPlatformSpec,
  releases: readonly HelmRelease[],
): HelmRelease | undefined {
  return releases.find(({ component, release }) =>
    chosen === 'istio'
      ? release === INGRESS_GATEWAY
      : chosen === 'nginx' && component === 'ingressNginx',
  );
}

/** The pods' ports behind a port of a Service; while there is no such Service nobody calls, and its own number is as good as any. */
function podPorts(
  ports: ClusterFacts['systemServices'][string] | undefined,
  port: number,
): Port[] {
  const found = (ports ?? []).filter(other => other.port === port);
  return found.length > 0
    ? found.map(({ podPort }) => podPort)
    : [{ protocol: 'TCP', port }];
}

function fromScrapers(spec: NetworkPlatformSpec): IngressRule[] {
  const from = scrapers(spec);
  return from.length > 0 ? [{ from }] : [];
}

function fromAccess({ access = [] }: SystemComponent): IngressRule[] {
  return access.map(({ namespace, selector, ports = [] }) => ({
    from: [podsOf(namespace, selector?.matchLabels)],
    ...(ports.length > 0
      ? { ports: ports.map(port => ({ protocol: 'TCP', port })) }
      : {}),
  }));
}
