import type {
  AppNetwork,
  AppNetworkRouteMatch,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { PlatformFacts } from '../../platform/facts';
import type { Backend } from './backends';
import { durationInSeconds } from './duration';
import { gatewayName, HTTP_PORT, HTTPS_PORT } from './gateway';
import type { HostnameGroup } from './hostnameGroups';
import { VIRTUAL_SERVICE } from './kinds';
import { objectMeta } from './metadata';
import { isGuarded, type Route } from './routes';
import { sessionSubset, type Session } from './sessions';
import { isSplitSession, SPLIT_SESSION_ROUTE } from './splitSessions';

type VirtualServiceSpec = NonNullable<IVirtualService['spec']>;
type HttpRoute = NonNullable<VirtualServiceSpec['http']>[number];
type TlsRoute = NonNullable<VirtualServiceSpec['tls']>[number];
type HttpMatch = NonNullable<HttpRoute['match']>[number];

/**
 * The Istio VirtualService: the routes of hostnames at the Gateway of the AppNetwork. Only the ingress gateway's namespace gets to see it.
 */
export function renderVirtualService(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  { name, hostnames, routes }: HostnameGroup,
): IVirtualService & KubernetesObject {
  const metadata = objectMeta(appNetwork, { name });
  const passthrough = appNetwork.spec?.tls?.mode === 'Passthrough';
  return {
    ...VIRTUAL_SERVICE,
    metadata,
    spec: {
      hosts: [...hostnames],
      gateways: [`${metadata.namespace}/${gatewayName(appNetwork)}`],
      exportTo: [facts.ingressGateway.namespace],
      ...(passthrough
        ? {
            tls: routes.map(route => tlsRoute(route, hostnames)),
            http: [REDIRECT],
          }
        : { http: [...httpRoutes(routes), REDIRECT] }),
    },
  };
}

/**
 * What becomes of plain HTTP, where the Gateway doesn't redirect by itself. It is for every path, so that istiod has it tried after the route
 * to the solver of an ACME challenge, which is for one (SortVHostRoutes); all other routes are for HTTPS alone.
 */
const REDIRECT: HttpRoute = {
  match: [{ port: HTTP_PORT }],
  redirect: { scheme: 'https' },
};

/**
 * A path that applications read in more than one way, a slash written twice, escaped or turned round, or parameters in it: Envoy takes it as
 * it is written, and it would get past the rule for the path that the application reads.
 */
const AMBIGUOUS_PATH = String.raw`.*(//|\\|;|%2[fF]|%5[cC]).*`;

function httpRoutes(routes: readonly Route[]): HttpRoute[] {
  return [
    ...(routes.some(isGuarded)
      ? [
          {
            match: [{ port: HTTPS_PORT, uri: { regex: AMBIGUOUS_PATH } }],
            directResponse: { status: 400 },
          },
        ]
      : []),
    ...routes.flatMap(httpRoutesOf),
  ];
}

/**
 * Where a token is asked for, requests are routed by what the gateway has found in it (Istio, "Routing based on JWT claims"), and all others
 * are refused. So nothing but a token that was checked opens a route: neither an object that is not there yet, nor a connection from before.
 */
function httpRoutesOf(route: Route): HttpRoute[] {
  const { authentication } = route;
  const uris = uriMatches(route.match.path);
  const conditions = conditionsOf(route.match);
  const match = uris.map(uri => ({ port: HTTPS_PORT, uri, ...conditions }));
  if (!authentication) {
    return [{ match, ...actionOf(route) }];
  }
  return [
    {
      match: authentication.tokens.flatMap(({ headers, withoutHeaders }) =>
        uris.map(uri => ({
          port: HTTPS_PORT,
          uri,
          ...conditions,
          headers: { ...conditions.headers, ...headers },
          ...(Object.keys(withoutHeaders).length > 0 ? { withoutHeaders } : {}),
        })),
      ),
      ...actionOf(route),
    },
    { match, directResponse: { status: 403 } },
  ];
}

function actionOf(route: Route): HttpRoute {
  if (route.refusal) {
    return { directResponse: { status: route.refusal } };
  }
  const { timeouts, retry, sessionPersistence } = route;
  // Istio takes no timeout of nothing; none is its default.
  const timeout = timeouts?.request && durationInSeconds(timeouts.request);
  return {
    ...(isSplitSession(route) ? { name: SPLIT_SESSION_ROUTE } : {}),
    route: route.backends.map((backend, _index, all) => ({
      destination: destination(backend, sessionPersistence),
      ...(all.length > 1 ? { weight: backend.weight } : {}),
    })),
    ...(timeout && timeout !== '0s' ? { timeout } : {}),
    ...(retry ? { retries: retries(retry) } : {}),
  };
}

/** What a request is tried again after, in Envoy's words: no connection, or none any more before there was an answer. */
export const NO_ANSWER: readonly string[] = [
  'connect-failure',
  'refused-stream',
  'reset',
  'unavailable',
  'cancelled',
];

function retries({
  attempts,
  codes = [],
}: NonNullable<Route['retry']>): HttpRoute['retries'] {
  const statuses = [...codes].sort((one, other) => one - other);
  return attempts === 0
    ? { attempts }
    : { attempts, retryOn: [...NO_ANSWER, ...statuses].join(',') };
}

function conditionsOf({
  method,
  headers,
}: AppNetworkRouteMatch): Pick<HttpMatch, 'method' | 'headers'> {
  return {
    ...(method ? { method: { exact: method } } : {}),
    ...(headers
      ? {
          headers: Object.fromEntries(
            headers.map(({ type, name, value }) => [
              name,
              type === 'RegularExpression'
                ? { regex: value }
                : { exact: value },
            ]),
          ),
        }
      : {}),
  };
}

/**
 * What Istio has to match for a path of ours. Its prefix is one of characters, ours of whole path segments (as in Gateway API), so that /a
 * becomes exactly /a or anything below /a/.
 */
function uriMatches(
  path: AppNetworkRouteMatch['path'],
): NonNullable<HttpMatch['uri']>[] {
  const value = path?.value ?? '/';
  switch (path?.type) {
    case undefined:
      return [{ prefix: '/' }];
    case 'Exact':
      return [{ exact: value }];
    case 'RegularExpression':
      return [{ regex: value }];
    default:
      return [{ exact: value }, { prefix: `${value}/` }];
  }
}

function tlsRoute(route: Route, hostnames: readonly string[]): TlsRoute {
  return {
    match: [{ port: HTTPS_PORT, sniHosts: [...hostnames] }],
    route: route.backends.map((backend, _index, all) => ({
      destination: destination(backend, undefined),
      ...(all.length > 1 ? { weight: backend.weight } : {}),
    })),
  };
}

function destination({ host, port }: Backend, session: Session | undefined) {
  return {
    host,
    port: { number: port },
    ...(session ? { subset: sessionSubset(session) } : {}),
  };
}
