import type {
  AppNetworkRouteMatch,
  AppNetworkRule,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IHTTPRouteFilter } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRouteFilter';
import type { IHTTPRouteRule } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRouteRule';
import type { IHTTPRouteSpec } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRouteSpec';
import { listRest } from './listRest';
import type { PlacedRule } from './orderChanges';
import type { ImportContext } from './types';

export type HttpRouteObject = KubernetesObject & {
  spec?: Partial<IHTTPRouteSpec>;
};

const SHORTER =
  'Its requests go to a rule for a shorter path, if there is one.';

const PATH_KEPT =
  'Paths reach the application as they are asked for. Have it serve them so.';

const FILTER_REASONS: Record<string, string> = {
  CORS: 'Have the application answer for CORS.',
  RequestHeaderModifier: 'Headers are passed on as they are.',
  RequestMirror: 'Requests go to one backend only.',
  ResponseHeaderModifier: 'Headers are passed on as they are.',
  URLRewrite: PATH_KEPT,
};

/** Filters that may decide who is let in. */
const GUARDS = ['ExternalAuth', 'ExtensionRef'];

const GUARD_REASON =
  'It may decide who is let in, and is not kept: the AppNetwork is not exposed (spec.expose: false). Protect the application otherwise, for example with authentication in its rules, and then set expose to true.';

/** The rules that one of an HTTPRoute becomes, one for each match. */
export function importRule(
  context: ImportContext,
  route: HttpRouteObject,
  rule: IHTTPRouteRule,
  field: string,
): { rules: PlacedRule[]; guarded: boolean } {
  const { matches, filters = [], backendRefs = [] } = rule;
  listRest(context, route, field, rule, [
    ...['matches', 'filters', 'backendRefs', 'name'],
    ...['timeouts', 'retry', 'sessionPersistence'],
  ]);
  const redirect = filters.findIndex(({ type }) => type === 'RequestRedirect');
  if (redirect >= 0) {
    if (!isRedirectToHttps(filters[redirect])) {
      context.note(
        route,
        `${field}.filters[${redirect}]`,
        filters[redirect],
        `Requests of an AppNetwork go to Services. ${SHORTER}`,
      );
    }
    return { rules: [], guarded: false };
  }
  const guarded = [
    listFilters(context, route, filters, field),
    ...backendRefs.map((backend, index) =>
      listFilters(
        context,
        route,
        backend.filters ?? [],
        `${field}.backendRefs[${index}]`,
      ),
    ),
  ].some(isGuard => isGuard);
  const refs = backendRefs.flatMap((backend, index) =>
    importBackend(context, route, backend, `${field}.backendRefs[${index}]`),
  );
  if (refs.length === 0) {
    context.note(
      route,
      `${field}.backendRefs`,
      backendRefs,
      `No backend is left. ${SHORTER}`,
    );
    return { rules: [], guarded };
  }
  const target = {
    backendRefs: refs.map(({ weight, ...ref }) =>
      backendRefs.length > 1 ? { ...ref, weight } : ref,
    ),
    ...settingsOf(context, route, rule, field),
  };
  return {
    guarded,
    rules: (matches?.length ? matches : [{}]).flatMap((match, index) =>
      importMatch(context, route, match, `${field}.matches[${index}]`).map(
        imported => ({ field, rule: { match: imported, ...target } }),
      ),
    ),
  };
}

/** Lists filters, none of which is kept; returns whether one may decide who is let in. */
function listFilters(
  context: ImportContext,
  route: HttpRouteObject,
  filters: readonly IHTTPRouteFilter[],
  field: string,
): boolean {
  filters.forEach((filter, index) => {
    context.note(
      route,
      `${field}.filters[${index}]`,
      filter,
      GUARDS.includes(filter.type)
        ? GUARD_REASON
        : FILTER_REASONS[filter.type] ?? 'An AppNetwork has nothing like it.',
    );
  });
  return filters.some(({ type }) => GUARDS.includes(type));
}

function importBackend(
  context: ImportContext,
  route: HttpRouteObject,
  backend: NonNullable<IHTTPRouteRule['backendRefs']>[number],
  field: string,
): { name: string; port?: number; weight: number }[] {
  const { name, port, weight = 1, kind = 'Service', group = '' } = backend;
  const { namespace = route.metadata.namespace } = backend;
  if (kind !== 'Service' || group !== '') {
    context.note(
      route,
      field,
      backend,
      'Only Services are backends of an AppNetwork.',
    );
    return [];
  }
  if (namespace !== route.metadata.namespace) {
    context.note(
      route,
      `${field}.namespace`,
      namespace,
      `Backends of an AppNetwork are Services of its own namespace, which is ${route.metadata.namespace}. Give the other one an AppNetwork of its own.`,
    );
    return [];
  }
  return [{ name, ...(port ? { port } : {}), weight }];
}

function importMatch(
  context: ImportContext,
  route: HttpRouteObject,
  {
    path,
    method,
    headers = [],
    ...rest
  }: NonNullable<IHTTPRouteRule['matches']>[number],
  field: string,
): AppNetworkRouteMatch[] {
  const [other] = Object.entries(rest);
  if (other) {
    const [name, value] = other;
    context.note(
      route,
      `${field}.${name}`,
      value,
      'A rule of an AppNetwork matches by path, method and headers. This match is left out whole, so that its backend gets no other requests.',
    );
    return [];
  }
  return [
    {
      path: { type: path?.type ?? 'PathPrefix', value: path?.value ?? '/' },
      ...(method ? { method } : {}),
      ...(headers.length > 0
        ? {
            headers: headers.map(({ type = 'Exact', name, value }) => ({
              type,
              name,
              value,
            })),
          }
        : {}),
    },
  ];
}

function settingsOf(
  context: ImportContext,
  route: HttpRouteObject,
  { timeouts, retry, sessionPersistence }: IHTTPRouteRule,
  field: string,
): Omit<AppNetworkRule, 'matches' | 'backendRefs'> {
  listRest(context, route, `${field}.timeouts`, timeouts, ['request']);
  listRest(context, route, `${field}.retry`, retry, ['attempts', 'codes']);
  const attempts = retry?.attempts;
  if (attempts !== undefined && attempts > 10) {
    context.note(
      route,
      `${field}.retry.attempts`,
      attempts,
      'There are 10 at most.',
    );
  }
  const session = sessionOf(context, route, sessionPersistence, field);
  return {
    ...(session ? { sessionPersistence: session } : {}),
    ...(timeouts?.request ? { timeouts: { request: timeouts.request } } : {}),
    ...(attempts === undefined
      ? {}
      : {
          retry: {
            attempts: Math.min(attempts, 10),
            ...(retry?.codes ? { codes: retry.codes } : {}),
          },
        }),
  };
}

function sessionOf(
  context: ImportContext,
  route: HttpRouteObject,
  session: IHTTPRouteRule['sessionPersistence'],
  ruleField: string,
): AppNetworkRule['sessionPersistence'] {
  const field = `${ruleField}.sessionPersistence`;
  if (!session) {
    return undefined;
  }
  if (session.type === 'Header') {
    context.note(
      route,
      `${field}.type`,
      session.type,
      'Affinity is by cookie.',
    );
    return undefined;
  }
  const { sessionName = 'session', absoluteTimeout, cookieConfig } = session;
  const isPermanent = cookieConfig?.lifetimeType === 'Permanent';
  listRest(
    context,
    route,
    field,
    session,
    [
      ...['sessionName', 'type', 'cookieConfig'],
      ...(isPermanent ? ['absoluteTimeout'] : []),
    ],
    {
      absoluteTimeout:
        "The cookie's lifetimeType is Session, and an absoluteTimeout of an AppNetwork is the life of the cookie itself. Set it if the cookie may outlive the browser's session.",
    },
  );
  return {
    sessionName,
    ...(isPermanent && absoluteTimeout ? { absoluteTimeout } : {}),
  };
}

/** What an AppNetwork does with plain HTTP by itself. */
function isRedirectToHttps(filter: IHTTPRouteFilter | undefined): boolean {
  const { scheme, port, hostname, path } = filter?.requestRedirect ?? {};
  return (
    scheme === 'https' &&
    (port === undefined || port === 443) &&
    hostname === undefined &&
    path === undefined
  );
}
