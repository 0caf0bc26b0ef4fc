import type {
  AppNetwork,
  AppNetworkRouteMatch,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { PlatformFacts } from '../../platform/facts';
import type { Backend } from './backends';
import { durationInSeconds } from './duration';
import { VIRTUAL_SERVICE } from './kinds';
import { objectMeta } from './metadata';
import type { Route } from './routes';
import { sessionSubset, type Session } from './sessions';

type VirtualServiceSpec = NonNullable<IVirtualService['spec']>;
type HttpRoute = NonNullable<VirtualServiceSpec['http']>[number];
type TlsRoute = NonNullable<VirtualServiceSpec['tls']>[number];
type HttpMatch = NonNullable<HttpRoute['match']>[number];

/**
 * The Istio VirtualService: the routes of the hostnames at the Gateway of the same name. Only the ingress gateway's namespace gets to see it.
 *
 * @param routes - in the order in which they are to be tried
 */
export function renderVirtualService(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
  routes: readonly Route[],
): IVirtualService & KubernetesObject {
  const metadata = objectMeta(appNetwork);
  const passthrough = appNetwork.spec?.tls?.mode === 'Passthrough';
  return {
    ...VIRTUAL_SERVICE,
    metadata,
    spec: {
      hosts: [...hostnames],
      gateways: [`${metadata.namespace}/${metadata.name}`],
      exportTo: [facts.ingressGateway.namespace],
      ...(passthrough
        ? { tls: routes.map(route => tlsRoute(route, hostnames)) }
        : { http: routes.map(httpRoute) }),
    },
  };
}

function httpRoute(route: Route): HttpRoute {
  const match = httpMatches(route.match);
  if (route.refusal) {
    return { match, directResponse: { status: route.refusal } };
  }
  const { timeouts, retry, sessionPersistence } = route;
  // Istio takes no timeout of nothing; none is its default.
  const timeout = timeouts?.request && durationInSeconds(timeouts.request);
  return {
    match,
    route: route.backends.map((backend, _index, all) => ({
      destination: destination(backend, sessionPersistence),
      ...(all.length > 1 ? { weight: backend.weight } : {}),
    })),
    ...(timeout && timeout !== '0s' ? { timeout } : {}),
    ...(retry ? { retries: { attempts: retry.attempts } } : {}),
  };
}

/**
 * What Istio has to match for one match of ours. Its prefix is one of characters, ours of whole path segments (as in Gateway API), so that
 * /a becomes exactly /a or anything below /a/.
 */
function httpMatches({
  path,
  method,
  headers,
}: AppNetworkRouteMatch): HttpMatch[] {
  const conditions: HttpMatch = {
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
  return uriMatches(path).map(uri => ({ uri, ...conditions }));
}

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
    match: [{ port: 443, sniHosts: [...hostnames] }],
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
