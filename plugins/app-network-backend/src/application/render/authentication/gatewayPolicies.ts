import type {
  AppNetwork,
  KubernetesObject,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../../platform/facts';
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

/** What the ingress gateway needs to check the tokens that routes ask for; nothing where none does. */
export function renderGatewayPolicies(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
  routes: readonly Route[],
  { usable }: Issuers,
): KubernetesObject[] {
  const asked = new Set(
    routes.flatMap(({ authentication }) => authentication?.issuers ?? []),
  );
  if (asked.size === 0) {
    return [];
  }
  const policy = renderAuthorizationPolicy(
    appNetwork,
    facts,
    hostnames,
    routes,
  );
  return [
    // First, so that the keys never concern another's hostname.
    renderEnvoyFilter(appNetwork, facts, hostnames),
    renderRequestAuthentication(
      appNetwork,
      facts,
      usable.filter(({ issuer }) => asked.has(issuer)),
    ),
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
