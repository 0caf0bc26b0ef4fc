import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';
import { renderAuthorizationPolicy } from './authorizationPolicy';
import { isInMesh } from './mesh';
import { renderNetworkPolicy } from './networkPolicy';
import { renderPeerAuthentication } from './peerAuthentication';
import type { Route } from './routes';
import { podLabels } from './selector';
import type { Problem } from './types';

/**
 * Who may call the pods of an AppNetwork: AuthorizationPolicy and PeerAuthentication in the mesh, NetworkPolicy in it and outside.
 *
 * @param routes - over which the ingress gateway calls the pods
 * @param serviceAccounts - of the pods
 */
export function renderPolicies(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  routes: readonly Route[],
  serviceAccounts: readonly string[],
): { objects: KubernetesObject[]; problems: Problem[] } {
  const inMesh = isInMesh(appNetwork);
  const firewalled = appNetwork.spec?.networkPolicy?.enabled ?? true;
  const permissive = permissivePorts(appNetwork, inMesh);
  return {
    objects: [
      ...(firewalled ? [renderNetworkPolicy(appNetwork, facts, routes)] : []),
      ...(inMesh
        ? [
            renderAuthorizationPolicy(
              appNetwork,
              facts,
              routes,
              serviceAccounts,
            ),
          ]
        : []),
      ...permissive.objects,
    ],
    problems: [
      ...permissive.problems,
      ...(inMesh ? [] : accessWithoutMesh(appNetwork, firewalled)),
    ],
  };
}

function permissivePorts(
  appNetwork: AppNetwork,
  inMesh: boolean,
): { objects: KubernetesObject[]; problems: Problem[] } {
  const peerAuthentication = renderPeerAuthentication(appNetwork);
  if (!peerAuthentication) {
    return { objects: [], problems: [] };
  }
  if (!inMesh) {
    return {
      objects: [],
      problems: [
        noEffect(
          'spec.mesh.permissivePorts has no effect with spec.mesh.enabled false: pods without a sidecar accept plaintext at every port. Remove it.',
        ),
      ],
    };
  }
  // Istio allows settings for a port only together with labels.
  if (Object.keys(podLabels(appNetwork)).length === 0) {
    return {
      objects: [],
      problems: [
        noEffect(
          'spec.mesh.permissivePorts has no effect with an empty spec.selector, for Istio sets ports of labelled pods only. Name the labels of the pods in spec.selector.matchLabels.',
        ),
      ],
    };
  }
  return { objects: [peerAuthentication], problems: [] };
}

/** Outside the mesh nobody proves a service account, and nothing but the NetworkPolicy refuses a call. */
function accessWithoutMesh(
  appNetwork: AppNetwork,
  firewalled: boolean,
): Problem[] {
  const access = appNetwork.spec?.access ?? [];
  if (!firewalled) {
    return access.length > 0
      ? [
          noEffect(
            'spec.access has no effect: with spec.mesh.enabled false and spec.networkPolicy.enabled false nothing refuses a call. Enable one of them.',
          ),
        ]
      : [];
  }
  return access.flatMap(({ namespace, serviceAccount }, index) =>
    serviceAccount
      ? [
          noEffect(
            `spec.access[${index}].serviceAccount: ${serviceAccount} in namespace ${namespace} can't be told from others with spec.mesh.enabled false, so that it is not let in. Remove serviceAccount to let in the whole namespace.`,
          ),
        ]
      : [],
  );
}

function noEffect(message: string): Problem {
  return { condition: 'PolicyReady', reason: 'NoEffect', message };
}
