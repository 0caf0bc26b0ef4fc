import type {
  AppNetwork,
  KubernetesObject,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../../platform/facts';
import type { HostnameGroup } from '../hostnameGroups';
import {
  AUTHORIZATION_POLICY,
  ENVOY_FILTER,
  REQUEST_AUTHENTICATION,
} from '../kinds';
import { gatewayObjectName } from '../metadata';
import type { Route } from '../routes';
import { renderAuthorizationPolicy } from './authorizationPolicy';
import { renderEnvoyFilter } from './envoyFilter';
import type { Issuers } from './issuers';
import { renderRequestAuthentication } from './requestAuthentication';

/**
 * What the ingress gateway needs to check the tokens that routes ask for; nothing where none does. The keys of its issuers each AppNetwork
 * brings, whoever holds the hostname.
 *
 * @param served - all hostnames of the AppNetwork, and those that it holds, with the routes of all that serve them
 * @param routes - of the AppNetwork itself
 */
export function renderGatewayPolicies(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  {
    hostnames,
    groups,
  }: { hostnames: readonly string[]; groups: readonly HostnameGroup[] },
  routes: readonly Route[],
  { usable }: Issuers,
): KubernetesObject[] {
  const asked = new Set(
    routes.flatMap(({ authentication }) => authentication?.issuers ?? []),
  );
  const policy = renderAuthorizationPolicy(appNetwork, facts, groups);
  return [
    ...(asked.size > 0
      ? [
          // First, so that the keys never concern another's hostname.
          renderEnvoyFilter(appNetwork, facts, hostnames),
          renderRequestAuthentication(
            appNetwork,
            facts,
            usable.filter(({ issuer }) => asked.has(issuer)),
          ),
        ]
      : []),
    ...(policy ? [policy] : []),
  ];
}

/** The objects that {@link renderGatewayPolicies} may make. */
export function gatewayPolicyRefs(
  appNetwork: AppNetwork,
  { ingressGateway: { namespace } }: PlatformFacts,
): ObjectRef[] {
  const name = gatewayObjectName(appNetwork, 'jwt');
  return [ENVOY_FILTER, REQUEST_AUTHENTICATION, AUTHORIZATION_POLICY].map(
    kind => ({
      ...kind,
      namespace,
      name,
    }),
  );
}
