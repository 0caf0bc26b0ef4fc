import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy';
import type { PlatformFacts } from '../../../platform/facts';
import type { HostnameGroup } from '../hostnameGroups';
import { AUTHORIZATION_POLICY } from '../kinds';
import { gatewayObjectName, objectMeta } from '../metadata';
import type { Route } from '../routes';

type Rule = NonNullable<
  NonNullable<IAuthorizationPolicy['spec']>['rules']
>[number];

/**
 * The Istio AuthorizationPolicy at the ingress gateway: a second lock before the routes, which alone know every path and condition. It
 * denies, on hostnames that the AppNetwork holds, requests without a token of the rule's issuers, and is silent about everything else:
 * one that allows would close every hostname that it doesn't name.
 *
 * Left to the routes are wildcard hostnames, which may have another's hostname below them, regular expressions, which a policy doesn't know,
 * and paths that have a route with other conditions. Undefined where nothing is left.
 */
export function renderAuthorizationPolicy(
  appNetwork: AppNetwork,
  { ingressGateway }: PlatformFacts,
  groups: readonly HostnameGroup[],
): (IAuthorizationPolicy & KubernetesObject) | undefined {
  const rules = groups.flatMap(({ hostnames, routes }) => {
    const hosts = hostnames
      .filter(hostname => !hostname.startsWith('*'))
      // As a client names it, with or without its port.
      .flatMap(hostname => [hostname, `${hostname}:*`]);
    return hosts.length > 0 ? rulesOf(hosts, routes) : [];
  });
  return rules.length > 0
    ? {
        ...AUTHORIZATION_POLICY,
        metadata: objectMeta(appNetwork, {
          name: gatewayObjectName(appNetwork, 'jwt'),
          namespace: ingressGateway.namespace,
        }),
        spec: {
          selector: { matchLabels: ingressGateway.selector },
          action: 'DENY',
          rules,
        },
      }
    : undefined;
}

function rulesOf(hosts: string[], routes: readonly Route[]): Rule[] {
  return routes.flatMap(({ match, authentication }, index) => {
    const region = pathsOf(match.path);
    const before = routes.slice(0, index).map(route => route.match.path);
    const others = before.map(pathsOf);
    const isClear =
      !match.headers &&
      before.every(path => JSON.stringify(path) !== JSON.stringify(match.path));
    if (!authentication || !region || !isClear || others.includes(undefined)) {
      return [];
    }
    const except = [...new Set(others.flatMap(paths => paths ?? []))].filter(
      path => region.some(own => isBelow(path, own)),
    );
    return [
      {
        from: [
          {
            source: {
              notRequestPrincipals: authentication.issuers.map(
                issuer => `${issuer}/*`,
              ),
            },
          },
        ],
        to: [
          {
            operation: {
              hosts,
              paths: region,
              ...(except.length > 0 ? { notPaths: except } : {}),
              ...(match.method ? { methods: [match.method] } : {}),
            },
          },
        ],
      },
    ];
  });
}

/** The paths of a match as a policy writes them; undefined where it can't. */
function pathsOf(path: Route['match']['path']): string[] | undefined {
  const value = path?.value ?? '';
  // Characters of a pattern in a policy, and of the path itself in a route.
  if (/[*{}]/.test(value)) {
    return undefined;
  }
  switch (path?.type) {
    case 'RegularExpression':
      return undefined;
    case 'Exact':
      return [value];
    default:
      return value ? [value, `${value}/*`] : ['/*'];
  }
}

function isBelow(path: string, region: string): boolean {
  return region.endsWith('*')
    ? path.startsWith(region.slice(0, -1))
    : path === region;
}
