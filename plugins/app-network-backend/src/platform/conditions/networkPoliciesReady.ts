import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import { describe, objectKey, objectRef } from '../../engine/objects';
import type { PlatformObject } from '../render/render';
import { ownedRow, type PlatformObservation, type Row } from './row';

/**
 * P11: what the platform installs and every system component has its NetworkPolicy, as it was rendered. Whether the cluster's network plugin
 * enforces them no API tells.
 */
export function networkPoliciesReady(observation: PlatformObservation): Row {
  const { owned, platform, rendered } = observation;
  const { networkPolicies } = withDefaults(platform).spec ?? {};
  const type = 'NetworkPoliciesReady';
  if (networkPolicies?.enabled === false) {
    return {
      type,
      status: 'True',
      reason: 'Disabled',
      message:
        'No NetworkPolicies are made, as spec.networkPolicies.enabled says.',
    };
  }
  const problem = ownedRow(type, owned, ['NetworkPolicy']);
  if (problem) {
    return problem;
  }
  const wanted = rendered.filter(
    ({ object }) => object.kind === 'NetworkPolicy',
  );
  const there = new Set(
    owned.observed
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map(object => objectKey(object)),
  );
  const missing = wanted.filter(({ object }) => !there.has(objectKey(object)));
  if (missing.length > 0) {
    return {
      type,
      status: 'False',
      reason: 'Applying',
      message: missingMessage(missing),
      progressing: true,
    };
  }
  return {
    type,
    status: 'True',
    reason: wanted.length > 0 ? 'Ready' : 'NotNeeded',
    message:
      wanted.length > 0
        ? `${wanted.length} of ${wanted.length} NetworkPolicies are in place; the cluster's network plugin has to enforce them.`
        : 'The platform installs nothing and there are no system components.',
  };
}

function missingMessage([first, ...others]: PlatformObject[]): string {
  const name = describe(objectRef(first.object));
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return first.needs.length > 0
    ? `${name}${more} will be made when ${first.needs.join(', ')} is ready.`
    : `${name}${more} is being made.`;
}
