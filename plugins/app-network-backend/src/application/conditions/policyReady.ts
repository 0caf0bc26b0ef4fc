import type { NewCondition } from '../../engine/conditions';
import {
  AUTHORIZATION_POLICY,
  NETWORK_POLICY,
  PEER_AUTHENTICATION,
} from '../render/kinds';
import { failed } from './failures';
import { holds, type Observation } from './observation';

/** Whether the policies on the pods are in place. */
export function policyReady(observation: Observation): NewCondition {
  const failure = failed(
    'PolicyReady',
    [AUTHORIZATION_POLICY, PEER_AUTHENTICATION, NETWORK_POLICY],
    observation,
  );
  if (failure) {
    return failure;
  }
  const { mesh, networkPolicy } = observation.appNetwork.spec ?? {};
  const inMesh = mesh?.enabled ?? true;
  const firewalled = networkPolicy?.enabled ?? true;
  if (inMesh) {
    return holds(
      'PolicyReady',
      'Applied',
      'Only the callers that the AuthorizationPolicy names may call the pods.',
    );
  }
  return firewalled
    ? holds(
        'PolicyReady',
        'NetworkPolicyOnly',
        'spec.mesh.enabled is false: the NetworkPolicy says from where the pods may be called, and nobody asks for an identity.',
      )
    : holds(
        'PolicyReady',
        'NoPolicy',
        'spec.mesh.enabled and spec.networkPolicy.enabled are false: everybody in the cluster may call the pods.',
      );
}
