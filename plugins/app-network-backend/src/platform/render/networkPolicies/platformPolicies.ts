import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { JsonObject, JsonValue } from '@backstage/types';
import type { ClusterFacts } from '../../clusterFacts';
import type { HelmRelease } from '../../components/types';
import { MESHED_PODS, scrapers } from './peers';
import {
  PLATFORM_POLICIES,
  type Caller,
  type PlatformPolicy,
  type TablePort,
} from './table';
import type { IngressRule, LabelSelector, NetworkPolicy, Port } from './types';

/** The policies of a release that is installed, from {@link PLATFORM_POLICIES}. */
export function platformPolicies(
  spec: NetworkPlatformSpec,
  release: HelmRelease,
  facts: ClusterFacts,
): NetworkPolicy[] {
  return PLATFORM_POLICIES.filter(
    row =>
      row.component === release.component &&
      (row.release ?? release.release) === release.release,
  ).map(row => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      namespace: release.namespace,
      name: `app-network-${row.name}`,
    },
    spec: {
      podSelector: podsOfRelease(release, row),
      policyTypes: ['Ingress'],
      ingress: row.allow.flatMap(({ ports, from }) =>
        rules(
          from,
          ports.flatMap(port => podPorts(port, release, facts)),
          spec,
        ),
      ),
    },
  }));
}

/** The pods of a release, by labels that no value of a chart changes. */
export function podsOfRelease(
  { release }: HelmRelease,
  { part }: Pick<PlatformPolicy, 'part'> = {},
): LabelSelector {
  return {
    matchLabels: {
      'app.kubernetes.io/instance': release,
      ...(part ? { 'app.kubernetes.io/component': part } : {}),
    },
  };
}

function rules(
  caller: Caller,
  ports: Port[],
  spec: NetworkPlatformSpec,
): IngressRule[] {
  switch (caller) {
    case 'meshed pods':
      return [{ from: [MESHED_PODS], ports }];
    case 'scrapers': {
      const from = scrapers(spec);
      return from.length > 0 ? [{ from, ports }] : [];
    }
    default:
      return [{ ports }];
  }
}

function podPorts(
  port: TablePort,
  release: HelmRelease,
  facts: ClusterFacts,
): Port[] {
  if (typeof port === 'number') {
    return [tcp(port)];
  }
  if ('value' in port) {
    const found = valueAt(release.values, port.value.split('.'));
    return [tcp(typeof found === 'number' ? found : port.otherwise)];
  }
  return facts.releasePorts[release.release] ?? port.servicesOrElse.map(tcp);
}

function tcp(port: number): Port {
  return { protocol: 'TCP', port };
}

function valueAt(
  values: JsonObject,
  [key, ...rest]: string[],
): JsonValue | undefined {
  const found = values[key];
  return rest.length > 0 && typeof found === 'object' && found !== null
    ? valueAt(found as JsonObject, rest)
    : found;
}
