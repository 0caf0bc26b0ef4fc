import {
  withDefaults,
  type AppNetwork,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';
import { accessEntries } from './access';
import { issuersOf } from './authentication/issuers';
import type { Backend } from './backends';
import { describeAppNetwork } from './describeAppNetwork';
import { isInMesh } from './mesh';
import { gatewayPorts } from './ports';
import { orderedRoutes, type Route } from './routes';
import { isSubset, podLabels } from './selector';
import type { Problem, Service } from './types';

/**
 * Backends whose pods are other AppNetworks' that don't let the ingress gateway in. What one of them lets in gets in: policies of several add up.
 *
 * @param routes - of the AppNetwork
 * @param neighbours - other AppNetworks of its namespace
 * @param services - of its namespace
 */
export function closedBackends(
  facts: PlatformFacts,
  routes: readonly Route[],
  neighbours: readonly AppNetwork[],
  services: readonly Service[],
): Problem[] {
  const backends = new Map(
    routes
      .flatMap(route => route.backends)
      .filter(({ ownPods }) => !ownPods)
      .map(backend => [`${backend.service}:${backend.port}`, backend]),
  );
  return [...backends.keys()].sort().flatMap(key => {
    const backend = backends.get(key);
    const service = services.find(
      ({ metadata }) => metadata.name === backend?.service,
    );
    if (!backend || !service) {
      return [];
    }
    const covering = neighbours.filter(
      other => hasPolicies(other) && covers(other, service),
    );
    const [first] = covering;
    return first &&
      covering.every(other => !letsGatewayIn(other, backend, facts, services))
      ? [closed(backend, first, facts)]
      : [];
  });
}

/** Whether all pods of a Service are an AppNetwork's. */
export function covers(appNetwork: AppNetwork, { spec }: Service): boolean {
  const selector = spec?.selector ?? {};
  return (
    Object.keys(selector).length > 0 &&
    isSubset(podLabels(appNetwork), selector)
  );
}

/** Outside the mesh, and without a NetworkPolicy, everybody is let in. */
function hasPolicies(appNetwork: AppNetwork): boolean {
  return (
    isInMesh(appNetwork) || (appNetwork.spec?.networkPolicy?.enabled ?? true)
  );
}

function letsGatewayIn(
  appNetwork: AppNetwork,
  { targetPort }: Backend,
  { ingressGateway: { namespace, serviceAccount } }: PlatformFacts,
  services: readonly Service[],
): boolean {
  const complete = withDefaults(appNetwork);
  const routes = complete.spec?.expose
    ? orderedRoutes(complete, services, issuersOf(complete)).routes.filter(
        ({ backends }) => backends.length > 0,
      )
    : [];
  const isAmong = (ports: readonly number[] | undefined) =>
    !ports || targetPort === undefined || ports.includes(targetPort);
  const inMesh = isInMesh(complete);
  const { networkPolicy, mesh } = complete.spec ?? {};
  return (
    (routes.length > 0 && isAmong(gatewayPorts(routes))) ||
    accessEntries(complete).some(
      entry =>
        entry.namespace === namespace &&
        // Outside the mesh nobody proves a service account.
        (entry.serviceAccount === undefined ||
          (inMesh && entry.serviceAccount === serviceAccount)) &&
        isAmong(entry.ports),
    ) ||
    (networkPolicy?.enabled === false && isAmong(mesh?.permissivePorts ?? []))
  );
}

function closed(
  { service, port, targetPort }: Backend,
  owner: AppNetwork,
  { ingressGateway }: PlatformFacts,
): Problem {
  const ports = targetPort === undefined ? '' : `, ports: [${targetPort}]`;
  return {
    condition: 'GatewayReady',
    reason: 'BackendClosed',
    message: `spec.rules[].backendRefs: port ${port} of Service ${service} leads to pods of ${describeAppNetwork(
      owner,
    )}, which does not let the ingress gateway in there, so that no request gets through. Add { namespace: ${
      ingressGateway.namespace
    }${ports} } to its spec.access, or name another Service.`,
  };
}
