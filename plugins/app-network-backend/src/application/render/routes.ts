import type {
  AppNetwork,
  AppNetworkRouteMatch,
  AppNetworkRule,
} from '@app-network/backstage-plugin-app-network-common';
import {
  authenticationOf,
  type Authentication,
} from './authentication/authentication';
import type { Issuers } from './authentication/issuers';
import { resolveBackends, type Backend } from './backends';
import { matchProblems } from './matchProblems';
import type { Problem, Service } from './types';

/** What becomes of requests that match. */
export interface Route {
  /** Path, method and headers; a path that is not there is every path. */
  match: AppNetworkRouteMatch;
  /** Empty where the request is refused. */
  backends: Backend[];
  /** HTTP status of the answer where no backend may give one. */
  refusal?: 403 | 503;
  /** Set where it refuses in place of a match that no gateway could take, around it. */
  isPrecaution?: true;
  /** Absent where no token is asked for. */
  authentication?: Authentication;
  sessionPersistence?: AppNetworkRule['sessionPersistence'];
  timeouts?: AppNetworkRule['timeouts'];
  retry?: AppNetworkRule['retry'];
}

/**
 * The routes of an AppNetwork in the order in which a gateway has to try them, whatever the order they are written in: exact paths, then
 * the longest prefix, then regular expressions, then every path; on the same path more conditions before fewer.
 *
 * @param appNetwork - with defaults
 * @param issuers - of the tokens that it asks for
 */
export function orderedRoutes(
  appNetwork: AppNetwork,
  services: readonly Service[],
  issuers: Issuers,
): { routes: Route[]; problems: Problem[] } {
  const rules = appNetwork.spec?.rules ?? [];
  const results = (rules.length > 0 ? rules : [{}]).map((rule, index) =>
    routesOf(appNetwork, rule, `spec.rules[${index}]`, services, issuers),
  );
  const sorted = results
    .flatMap(({ routes }) => routes)
    .sort(
      (one, other) =>
        compareMatches(one.route.match, other.route.match) ||
        // Of routes for the same requests the one that lets in fewer comes first, and counts.
        Number(isGuarded(other.route)) - Number(isGuarded(one.route)),
    );
  const unique = withoutDuplicates(sorted);
  return {
    routes: unique.routes,
    problems: [
      ...results.flatMap(({ problems }) => problems),
      ...unique.problems,
    ],
  };
}

interface WrittenRoute {
  route: Route;
  /** Where it is written. */
  field: string;
}

function routesOf(
  appNetwork: AppNetwork,
  rule: AppNetworkRule,
  field: string,
  services: readonly Service[],
  issuers: Issuers,
): { routes: WrittenRoute[]; problems: Problem[] } {
  const target = guarded(
    rule,
    field,
    issuers,
    targetOf(appNetwork, rule, field, services),
  );
  const matches = rule.matches?.length ? rule.matches : [{}];
  const problems = [...target.problems];
  const routes: WrittenRoute[] = [];
  matches.forEach((match, index) => {
    const path = `${field}.matches[${index}]`;
    const invalid = matchProblems(match, path);
    problems.push(...invalid);
    if (invalid.length === 0) {
      routes.push({
        field: path,
        route: { match: normalized(match), ...target.route },
      });
    } else if (rule.authentication) {
      routes.push({ field: path, route: refusalAround(match) });
    }
  });
  return { routes, problems };
}

/**
 * What a match that no gateway could take would have kept from other routes, and more: nobody is to get without a token what may be meant
 * for those with one.
 */
function refusalAround({ path }: AppNetworkRouteMatch): Route {
  return {
    match: path?.type === 'RegularExpression' ? {} : normalized({ path }),
    backends: [],
    refusal: 403,
    isPrecaution: true,
  };
}

/**
 * The routes of a hostname that several AppNetworks serve, in the order in which a gateway has to try them. No two of them match the same
 * requests, but for a refusal in place of a match that is wrong, which is for requests to its own AppNetwork alone.
 *
 * @param each - routes of each AppNetwork, in order
 */
export function mergedRoutes(each: readonly (readonly Route[])[]): Route[] {
  const sorted = each
    .flat()
    .sort(
      (one, other) =>
        compareMatches(one.match, other.match) ||
        Number(one.isPrecaution ?? false) - Number(other.isPrecaution ?? false),
    );
  const first = new Map<string, Route>();
  for (const route of sorted) {
    const key = matchKey(route.match);
    first.set(key, first.get(key) ?? route);
  }
  return [...first.values()];
}

interface Target {
  route: Omit<Route, 'match'>;
  problems: Problem[];
}

/** A target behind what the rule asks of tokens; where none can let in, the rule refuses: it must not fall through to another. */
function guarded(
  rule: AppNetworkRule,
  field: string,
  issuers: Issuers,
  { route, problems }: Target,
): Target {
  if (!rule.authentication) {
    return { route, problems };
  }
  const asked = authenticationOf(rule, field, issuers);
  return {
    route:
      asked.authentication.tokens.length > 0
        ? { ...route, authentication: asked.authentication }
        : { backends: [], refusal: 403 },
    problems: [...problems, ...asked.problems],
  };
}

/**
 * Where requests of a rule go. A rule without a usable backend still has its routes, which refuse: without them its requests would fall
 * through to a rule for a shorter path, and be answered by what they were never meant for.
 */
function targetOf(
  appNetwork: AppNetwork,
  rule: AppNetworkRule,
  field: string,
  services: readonly Service[],
): Target {
  const { backends, problems } = resolveBackends(
    appNetwork,
    rule,
    field,
    services,
  );
  if (!backends.some(({ weight }) => weight > 0)) {
    return {
      route: { backends: [], refusal: 503 },
      problems:
        problems.length > 0
          ? problems
          : [
              {
                condition: 'GatewayReady',
                reason: 'NoWeight',
                message: `${field}.backendRefs: every weight is 0, so requests of this rule are refused with 503. Give one of them a weight.`,
              },
            ],
    };
  }
  const { sessionPersistence, timeouts, retry } = rule;
  return {
    route: { backends, sessionPersistence, timeouts, retry },
    problems,
  };
}

/**
 * A match with one way to write it: a prefix without the slash at its end, every path as no path, header names in lower case and in order.
 */
export function normalized(match: AppNetworkRouteMatch): AppNetworkRouteMatch {
  const { path, method, headers = [] } = match;
  const type = path?.type ?? 'PathPrefix';
  const value =
    type === 'PathPrefix'
      ? (path?.value ?? '/').replace(/\/+$/, '')
      : path?.value;
  return {
    ...(value ? { path: { type, value } } : {}),
    ...(method ? { method } : {}),
    ...(headers.length > 0
      ? {
          headers: headers
            .map(header => ({ ...header, name: header.name.toLowerCase() }))
            .sort((one, other) => compareText(one.name, other.name)),
        }
      : {}),
  };
}

/** Tells matches apart: the same for those that are the same requests written in another way. */
export function matchKey(match: AppNetworkRouteMatch): string {
  const { path, method, headers = [] } = normalized(match);
  return JSON.stringify([
    path && [path.type, path.value],
    method,
    headers.map(({ type = 'Exact', name, value }) => [type, name, value]),
  ]);
}

/** Negative where one has to be tried before the other. Of matches that differ none is equal to another, so the written order never counts. */
export function compareMatches(
  one: AppNetworkRouteMatch,
  other: AppNetworkRouteMatch,
): number {
  return (
    pathRank(one) - pathRank(other) ||
    pathLength(other) - pathLength(one) ||
    compareText(one.path?.value ?? '', other.path?.value ?? '') ||
    conditionCount(other) - conditionCount(one) ||
    // As Gateway API orders them: a method before as many headers (HTTPRouteRule, matches).
    Number(Boolean(other.method)) - Number(Boolean(one.method)) ||
    compareText(JSON.stringify(one), JSON.stringify(other))
  );
}

function pathRank({ path }: AppNetworkRouteMatch): number {
  return path
    ? ['Exact', 'PathPrefix', 'RegularExpression'].indexOf(
        path.type ?? 'PathPrefix',
      )
    : 3;
}

function pathLength({ path }: AppNetworkRouteMatch): number {
  return path?.value?.length ?? 0;
}

function conditionCount({
  method,
  headers = [],
}: AppNetworkRouteMatch): number {
  return (method ? 1 : 0) + headers.length;
}

function compareText(one: string, other: string): number {
  if (one === other) {
    return 0;
  }
  return one < other ? -1 : 1;
}

/** Whether not everybody is let in. */
export function isGuarded({ authentication, refusal }: Route): boolean {
  return authentication !== undefined || refusal === 403;
}

/** Of two routes for the same requests one counts: the one that asks for a token, or else the one that is written first. */
function withoutDuplicates(sorted: WrittenRoute[]): {
  routes: Route[];
  problems: Problem[];
} {
  const seen = new Map<string, string>();
  const routes: Route[] = [];
  const problems: Problem[] = [];
  for (const { route, field } of sorted) {
    const key = matchKey(route.match);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, field);
      routes.push(route);
    } else {
      problems.push({
        condition: 'GatewayReady',
        reason: 'DuplicateMatch',
        message: `${field} matches the same requests as ${first}, so that it never gets one. Remove one of them.`,
      });
    }
  }
  return { routes, problems };
}
