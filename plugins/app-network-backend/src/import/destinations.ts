import type {
  AppNetworkRule,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { fromGoDuration } from './durations';
import { listRest } from './listRest';
import { DESTINATION_RULE, ofKind } from './lookup';
import type {
  DestinationRule,
  ImportContext,
  TrafficPolicy,
  WeightedDestination,
} from './types';

type BackendRefs = NonNullable<AppNetworkRule['backendRefs']>;

/** Where a route of Istio leads to. */
export interface ImportedDestinations {
  /** Empty where none of them can be kept. */
  backendRefs: BackendRefs;
  sessionPersistence?: AppNetworkRule['sessionPersistence'];
  /** Whether the pods are spoken to in plaintext. */
  outsideMesh: boolean;
}

export function importDestinations(
  context: ImportContext,
  object: KubernetesObject,
  routes: readonly WeightedDestination[],
  field: string,
): ImportedDestinations {
  const backendRefs: BackendRefs = [];
  const sessions = new Map<string, AppNetworkRule['sessionPersistence']>();
  let outsideMesh = false;
  routes.forEach(({ destination = {}, weight, ...rest }, index) => {
    const path = `${field}[${index}]`;
    const name = serviceOf(destination.host ?? '', object.metadata.namespace);
    listRest(context, object, path, rest, []);
    if (name === undefined) {
      context.note(
        object,
        `${path}.destination.host`,
        destination.host,
        `Backends of an AppNetwork are Services of its own namespace, which is ${object.metadata.namespace}. Give the other one an AppNetwork of its own; requests for it go to a rule for a shorter path, if there is one.`,
      );
      return;
    }
    backendRefs.push({
      name,
      ...(destination.port?.number ? { port: destination.port.number } : {}),
      ...(routes.length > 1 ? { weight: weight ?? 0 } : {}),
    });
    const policy = policyOf(context, object, path, name, destination.subset);
    outsideMesh ||= policy.outsideMesh;
    sessions.set(JSON.stringify(policy.session ?? null), policy.session);
  });
  const [sessionPersistence] = sessions.values();
  if (sessions.size > 1) {
    context.note(
      object,
      field,
      [...sessions.values()],
      'The Services have different cookies, and a rule has one for all of them; none is kept.',
    );
  }
  return {
    backendRefs,
    outsideMesh,
    ...(sessions.size === 1 && sessionPersistence
      ? { sessionPersistence }
      : {}),
  };
}

/** Lists what a DestinationRule says that no AppNetwork does. */
function listDestinationRule(
  context: ImportContext,
  rule: DestinationRule,
): void {
  const { trafficPolicy, subsets = [] } = rule.spec ?? {};
  // Who sees it is App Network's matter.
  listRest(context, rule, 'spec', rule.spec, [
    ...['host', 'trafficPolicy', 'subsets', 'exportTo'],
  ]);
  listPolicy(context, rule, trafficPolicy, 'spec.trafficPolicy');
  subsets.forEach((subset, index) =>
    listPolicy(
      context,
      rule,
      subset.trafficPolicy,
      `spec.subsets[${index}].trafficPolicy`,
    ),
  );
}

function listPolicy(
  context: ImportContext,
  rule: DestinationRule,
  policy: TrafficPolicy | undefined,
  field: string,
): void {
  listRest(context, rule, field, policy, ['tls', 'loadBalancer']);
  const { mode } = policy?.tls ?? {};
  if (mode && !['ISTIO_MUTUAL', 'DISABLE'].includes(mode)) {
    context.note(
      rule,
      `${field}.tls.mode`,
      mode,
      'The gateway speaks mutual TLS of the mesh to pods in it, and plaintext to others (spec.mesh.enabled: false).',
    );
  }
  const { consistentHash, ...rest } = policy?.loadBalancer ?? {};
  listRest(context, rule, `${field}.loadBalancer`, rest, []);
  listRest(
    context,
    rule,
    `${field}.loadBalancer.consistentHash`,
    consistentHash,
    ['httpCookie'],
  );
  listRest(
    context,
    rule,
    `${field}.loadBalancer.consistentHash.httpCookie`,
    consistentHash?.httpCookie,
    ['name', 'path', 'ttl'],
  );
}

function policyOf(
  context: ImportContext,
  object: KubernetesObject,
  field: string,
  service: string,
  subset: string | undefined,
): {
  session: AppNetworkRule['sessionPersistence'];
  outsideMesh: boolean;
} {
  const { namespace } = object.metadata;
  const found = ofKind<DestinationRule>(context, DESTINATION_RULE).filter(
    ({ metadata, spec }) =>
      metadata.namespace === namespace &&
      serviceOf(spec?.host ?? '', namespace) === service,
  );
  found.forEach(rule => listDestinationRule(context, rule));
  const specs = found.map(({ spec }) => spec);
  const selected = specs
    .flatMap(spec => spec?.subsets ?? [])
    .find(({ name }) => name === subset);
  if (subset !== undefined && (!selected || selected.labels)) {
    context.note(
      object,
      `${field}.destination.subset`,
      subset,
      selected
        ? `Requests go to all pods of Service ${service}. Make a Service for the pods with ${JSON.stringify(
            selected.labels,
          )}, and name it in backendRefs.`
        : `Its DestinationRule is not among what was read, so that requests go to all pods of Service ${service}.`,
    );
  }
  const policies = [
    selected?.trafficPolicy,
    ...specs.map(spec => spec?.trafficPolicy),
  ].filter(policy => policy !== undefined);
  const cookie = policies
    .map(({ loadBalancer }) => loadBalancer?.consistentHash?.httpCookie)
    .find(candidate => candidate?.name);
  return {
    session: cookie && sessionOf(cookie),
    outsideMesh: policies.some(({ tls }) => tls?.mode === 'DISABLE'),
  };
}

function sessionOf({
  name = '',
  path = '/',
  ttl = '0s',
}: {
  name?: string;
  path?: string;
  ttl?: string;
}): AppNetworkRule['sessionPersistence'] {
  const absoluteTimeout = fromGoDuration(ttl);
  return {
    sessionName: name,
    ...(path && path !== '/' ? { path } : {}),
    ...(absoluteTimeout && absoluteTimeout !== '0s' ? { absoluteTimeout } : {}),
  };
}

/** The Service of a namespace that a host of Istio means; undefined where it means something else. */
function serviceOf(
  host: string,
  namespace: string | undefined,
): string | undefined {
  const [name, ofNamespace = namespace, svc = 'svc'] = host.split('.');
  return name && ofNamespace === namespace && svc === 'svc' ? name : undefined;
}
