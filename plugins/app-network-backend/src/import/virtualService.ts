import { NO_ANSWER } from '../application/render/virtualService';
import { importDestinations } from './destinations';
import { fromGoDuration } from './durations';
import { dnsOfAnnotations } from './externalDns';
import { isFor, listGateway, servedHostnames, type Served } from './gateway';
import { importMatches } from './httpMatches';
import { isRedirectToHttps } from './httpsRedirect';
import { listRest } from './listRest';
import { findObject, ISTIO_GATEWAY } from './lookup';
import { listOrderChanges, type PlacedRule } from './orderChanges';
import type {
  HttpRoute,
  ImportContext,
  ImportedHost,
  ImportedRule,
  IstioGateway,
  VirtualService,
} from './types';

const SHORTER =
  'Its requests go to a rule for a shorter path, if there is one.';

const REASONS: Record<string, string> = {
  rewrite:
    'Paths reach the application as they are asked for. Have it serve them so.',
  mirror: 'Requests go to one backend only.',
  mirrors: 'Requests go to one backend only.',
  fault: 'Faults are not made.',
  corsPolicy: 'Have the application answer for CORS.',
  headers: 'Headers are passed on as they are.',
};

/** The hostnames of an Istio VirtualService at the Gateways that it names. */
export function importVirtualService(
  context: ImportContext,
  virtualService: VirtualService,
): ImportedHost[] {
  const { spec = {} } = virtualService;
  const note = (field: string, value: unknown, reason: string) =>
    context.note(virtualService, field, value, reason);
  // Who sees it is App Network's matter.
  listRest(
    context,
    virtualService,
    'spec',
    spec,
    ['hosts', 'gateways', 'http', 'tls', 'exportTo'],
    { tcp: 'An AppNetwork is served over HTTP and TLS.' },
  );
  const names = spec.gateways ?? ['mesh'];
  if (names.includes('mesh')) {
    note(
      'spec.gateways',
      'mesh',
      'Routes are for requests from outside. Callers in the mesh reach the Service itself.',
    );
  }
  const named = names
    .filter(name => name !== 'mesh')
    .map(name => gatewayOf(context, virtualService, name));
  const gateways = named.filter(gateway => gateway !== undefined);
  if (gateways.some(isEgress)) {
    note(
      'spec.hosts',
      spec.hosts,
      'Calls to outside hosts are declared in spec.egress, in the AppNetwork of the pods that make them.',
    );
    return [];
  }
  gateways.forEach(gateway => listGateway(context, gateway, virtualService));
  const served = named.includes(undefined)
    ? servedSomehow(virtualService)
    : servedHostnames(context, virtualService, gateways);
  if (named.length > 0) {
    (spec.hosts ?? [])
      .filter(host => !served.some(({ written }) => written.includes(host)))
      .forEach(host =>
        note(
          'spec.hosts',
          host,
          'No server of its Gateways has this host for this namespace.',
        ),
      );
  }
  return served.length > 0
    ? hostsOf(context, virtualService, served, gateways)
    : [];
}

/** Whether a Gateway is for calls to outside: Istio's charts label the pods of such a gateway so, and so do its tasks. */
function isEgress({ spec }: IstioGateway): boolean {
  return Object.values(spec?.selector ?? {}).some(value =>
    value.includes('egress'),
  );
}

/** Where a Gateway is not known: by HTTPS with a certificate of the platform's issuer, or passed through as its routes say. */
function servedSomehow({ spec = {} }: VirtualService): Served[] {
  return (spec.hosts ?? []).map(host => ({
    hostname: host === '*' ? undefined : host,
    written: [host],
    ...((spec.http ?? []).length > 0
      ? { mode: 'Terminate' as const, tls: undefined }
      : {
          mode: 'Passthrough' as const,
          tls: { mode: 'Passthrough' as const },
        }),
    guarded: false,
  }));
}

/** A Gateway that is named as `<namespace>/<name>`, or as `<name>` in the VirtualService's namespace. */
function gatewayOf(
  context: ImportContext,
  virtualService: VirtualService,
  written: string,
): IstioGateway | undefined {
  const [name = '', namespace = virtualService.metadata.namespace] = written
    .split('/', 2)
    .reverse();
  const gateway = findObject<IstioGateway>(
    context,
    ISTIO_GATEWAY,
    namespace,
    name,
  );
  if (!gateway) {
    context.note(
      virtualService,
      'spec.gateways',
      written,
      "This Gateway is not among what was read: all hosts are served by HTTPS, with a certificate of the platform's issuer. See whether it had a certificate of your own, passed TLS through, or asked clients for certificates.",
    );
  }
  return gateway;
}

function httpRoutes(
  context: ImportContext,
  virtualService: VirtualService,
): { rules: ImportedRule[]; outsideMesh: boolean } {
  const placed: PlacedRule[] = [];
  let outsideMesh = false;
  (virtualService.spec?.http ?? []).forEach((route, index) => {
    const field = `spec.http[${index}]`;
    const target = httpTarget(context, virtualService, route, field);
    if (target) {
      outsideMesh ||= target.outsideMesh;
      importMatches(context, virtualService, route.match, field).forEach(
        match => placed.push({ field, rule: { match, ...target.rule } }),
      );
    }
  });
  listOrderChanges(context, virtualService, placed);
  return { rules: placed.map(({ rule }) => rule), outsideMesh };
}

/** What becomes of the requests of a route; undefined where no AppNetwork can do it. */
function httpTarget(
  context: ImportContext,
  virtualService: VirtualService,
  route: HttpRoute,
  field: string,
): { rule: Omit<ImportedRule, 'match'>; outsideMesh: boolean } | undefined {
  const note = (name: string, value: unknown, reason: string) =>
    context.note(virtualService, `${field}.${name}`, value, reason);
  const { redirect, directResponse, delegate } = route;
  const instead = Object.entries({ redirect, directResponse, delegate }).find(
    ([, value]) => value !== undefined,
  );
  if (instead) {
    if (!isRedirectToHttps(redirect)) {
      note(...instead, `Requests of an AppNetwork go to Services. ${SHORTER}`);
    }
    return undefined;
  }
  listRest(
    context,
    virtualService,
    field,
    route,
    ['match', 'route', 'timeout', 'retries', 'name'],
    REASONS,
  );
  listRest(context, virtualService, `${field}.retries`, route.retries, [
    'attempts',
    'retryOn',
  ]);
  const { backendRefs, sessionPersistence, outsideMesh } = importDestinations(
    context,
    virtualService,
    route.route ?? [],
    `${field}.route`,
  );
  if (backendRefs.length === 0) {
    return undefined;
  }
  const request = route.timeout && fromGoDuration(route.timeout);
  if (route.timeout && !request) {
    note('timeout', route.timeout, 'It is no duration, such as 10s.');
  }
  const { attempts, retryOn } = route.retries ?? {};
  if (attempts !== undefined && attempts > 10) {
    note('retries.attempts', attempts, 'There are 10 at most.');
  }
  const { codes, conditions } = readRetryOn(retryOn);
  if (conditions.join() !== [...NO_ANSWER].sort().join() && retryOn) {
    note(
      'retries.retryOn',
      retryOn,
      'Requests without an answer are tried again, and of the others those with a status in spec.rules[].retry.codes.',
    );
  }
  return {
    outsideMesh,
    rule: {
      backendRefs,
      ...(sessionPersistence ? { sessionPersistence } : {}),
      ...(request ? { timeouts: { request } } : {}),
      ...(attempts === undefined
        ? {}
        : {
            retry: {
              attempts: Math.min(attempts, 10),
              ...(codes.length > 0 ? { codes } : {}),
            },
          }),
    },
  };
}

function isStatus(word: string): boolean {
  return /^[45]\d\d$/.test(word);
}

/** What Istio reads of `retryOn`: numbers are statuses, the rest are Envoy's conditions (HTTPRetry). */
function readRetryOn(retryOn = ''): { codes: number[]; conditions: string[] } {
  const words = retryOn
    .split(',')
    .map(word => word.trim())
    .filter(Boolean);
  return {
    codes: words.filter(isStatus).map(Number),
    conditions: words
      .filter(word => !isStatus(word) && word !== 'retriable-status-codes')
      .sort(),
  };
}

function hostsOf(
  context: ImportContext,
  virtualService: VirtualService,
  served: readonly Served[],
  gateways: readonly IstioGateway[],
): ImportedHost[] {
  const http = httpRoutes(context, virtualService);
  const passed = (virtualService.spec?.tls ?? []).map((route, index) => ({
    sniHosts: (route.match ?? []).flatMap(({ sniHosts = [] }) => sniHosts),
    destinations: importDestinations(
      context,
      virtualService,
      route.route ?? [],
      `spec.tls[${index}].route`,
    ),
  }));
  const hostnames = virtualService.spec?.hosts ?? [];
  // A refusal is not kept, and its requests would reach a rule for a shorter path.
  const refuses = (virtualService.spec?.http ?? []).some(
    ({ directResponse }) => (directResponse?.status ?? 0) >= 400,
  );
  const [dns] = [virtualService, ...gateways]
    .map(object => dnsOfAnnotations(context, object, hostnames))
    .filter(found => found !== undefined);
  return served.flatMap(({ hostname, mode, tls, guarded }) => {
    const { destinations } =
      passed.find(({ sniHosts }) =>
        sniHosts.some(host => hostname !== undefined && isFor(host, hostname)),
      ) ?? {};
    const passthrough = (destinations?.backendRefs ?? []).length > 0;
    const toPods = passthrough
      ? [{ match: {}, backendRefs: destinations?.backendRefs }]
      : [];
    const rules = mode === 'Terminate' ? http.rules : toPods;
    return rules.length > 0
      ? [
          {
            source: virtualService,
            hostname,
            tls,
            guarded: guarded || refuses,
            dns,
            rules,
            outsideMesh: http.outsideMesh || destinations?.outsideMesh,
          },
        ]
      : [];
  });
}
