import type {
  AppNetwork,
  AppNetworkRule,
} from '@app-network/backstage-plugin-app-network-common';
import { isSubset, podLabels } from './selector';
import type { Problem, Service } from './types';

/** A Service that answers, with the port of it that is called. */
export interface Backend {
  service: string;
  /** Its name in the mesh. */
  host: string;
  port: number;
  weight: number;
  /** Port of the pods; undefined where the Service gives it by name, which only a pod can resolve. */
  targetPort: number | undefined;
  /** Whether its pods are those of the AppNetwork. */
  ownPods: boolean;
}

/**
 * The backends of a rule. One that can't be used is left out and told, so that the others go on answering.
 *
 * @param field - path of the rule, for messages
 */
export function resolveBackends(
  appNetwork: AppNetwork,
  rule: AppNetworkRule,
  field: string,
  services: readonly Service[],
): { backends: Backend[]; problems: Problem[] } {
  const refs = rule.backendRefs ?? [];
  if (refs.length === 0) {
    const found = defaultService(appNetwork, services);
    return 'problem' in found
      ? { backends: [], problems: [found.problem] }
      : collect([toBackend(appNetwork, found.service, {}, field)]);
  }
  return collect(
    refs.map((ref, index) => {
      const path = `${field}.backendRefs[${index}]`;
      const service = services.find(
        ({ metadata }) => metadata.name === ref.name,
      );
      return service
        ? toBackend(appNetwork, service, ref, path)
        : problem(
            'BackendNotFound',
            `${path}.name: there is no Service ${ref.name} in namespace ${
              appNetwork.metadata.namespace
            }. Create it, or name one that is there: ${names(services)}.`,
          );
    }),
  );
}

/**
 * The single Service that selects the pods. One whose selector is a part of the AppNetwork's selects all of them and comes first; one that
 * selects some of them, as Helm charts write it with the label of an instance, is taken where there is no such. A headless Service beside
 * another, as StatefulSets have it, doesn't count.
 */
function defaultService(
  appNetwork: AppNetwork,
  services: readonly Service[],
): { service: Service } | { problem: Problem } {
  const labels = podLabels(appNetwork);
  const selecting = services.filter(
    ({ spec }) =>
      spec?.type !== 'ExternalName' &&
      Object.keys(spec?.selector ?? {}).length > 0,
  );
  const all = selecting.filter(({ spec }) =>
    isSubset(spec?.selector ?? {}, labels),
  );
  const some = selecting.filter(({ spec }) =>
    isSubset(labels, spec?.selector ?? {}),
  );
  const related = all.length > 0 ? all : some;
  const withAddress = related.filter(({ spec }) => spec?.clusterIP !== 'None');
  const candidates = withAddress.length > 0 ? withAddress : related;
  const [service] = candidates;
  if (candidates.length === 1 && service) {
    return { service };
  }
  const { namespace } = appNetwork.metadata;
  return {
    problem: service
      ? problem(
          'SeveralServices',
          `spec.rules: no backendRefs are given, and ${
            candidates.length
          } Services of namespace ${namespace} select the pods with ${describeLabels(
            labels,
          )}: ${names(candidates)}. Name one in spec.rules[].backendRefs.`,
        )
      : problem(
          'BackendNotFound',
          `spec.rules: no backendRefs are given, and no Service of namespace ${namespace} selects the pods with ${describeLabels(
            labels,
          )}. Create one with that selector, set spec.selector to the labels of your pods, or name a Service in spec.rules[].backendRefs.`,
        ),
  };
}

function toBackend(
  appNetwork: AppNetwork,
  service: Service,
  ref: { name?: string; port?: number; weight?: number },
  field: string,
): Backend | Problem {
  const { name, namespace } = service.metadata;
  if (service.spec?.type === 'ExternalName') {
    return {
      ...problem(
        'ExternalNameService',
        `${field}${
          ref.name ? '.name' : ''
        }: Service ${name} in namespace ${namespace} is of type ExternalName and stands for ${
          service.spec.externalName
        }, which may be another namespace's or the cluster's own; the gateway calls nothing in somebody else's place. Name a Service that selects pods of namespace ${namespace}.`,
      ),
      certain: true,
    };
  }
  const ports = (service.spec?.ports ?? []).filter(
    ({ protocol = 'TCP' }) => protocol === 'TCP',
  );
  const numbers = ports.map(({ port }) => port).join(', ') || 'none';
  const [port] =
    ref.port === undefined
      ? ports
      : ports.filter(candidate => candidate.port === ref.port);
  if (!port) {
    return problem(
      'PortNotFound',
      ref.port === undefined
        ? `${field}: Service ${name} in namespace ${namespace} has no TCP port. Add one to the Service.`
        : `${field}.port: Service ${name} in namespace ${namespace} has no TCP port ${ref.port}; it has: ${numbers}. Use one of those, or add the port to the Service.`,
    );
  }
  if (ref.port === undefined && ports.length > 1) {
    return {
      ...problem(
        'SeveralPorts',
        `${field}: no port is given, and Service ${name} in namespace ${namespace} has several: ${numbers}. Name one in backendRefs[].port.`,
      ),
      certain: true,
    };
  }
  const target = port.targetPort ?? port.port;
  const selector = service.spec?.selector ?? {};
  const labels = podLabels(appNetwork);
  return {
    service: name,
    host: `${name}.${namespace}.svc.cluster.local`,
    port: port.port,
    weight: ref.weight ?? 1,
    targetPort: typeof target === 'number' ? target : undefined,
    ownPods:
      Object.keys(selector).length > 0 &&
      (isSubset(selector, labels) || isSubset(labels, selector)),
  };
}

function collect(results: (Backend | Problem)[]): {
  backends: Backend[];
  problems: Problem[];
} {
  return {
    backends: results.filter(result => 'service' in result),
    problems: results.filter(result => 'reason' in result),
  };
}

function problem(reason: string, message: string): Problem {
  return { condition: 'GatewayReady', reason, message };
}

function names(services: readonly Service[]): string {
  return (
    services
      .map(({ metadata }) => metadata.name)
      .sort()
      .join(', ') || 'none'
  );
}

function describeLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}=${value}`,
  );
  return pairs.length > 0 ? `labels ${pairs.sort().join(', ')}` : 'any labels';
}
