import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { NewCondition } from '../../engine/conditions';
import { egressWay } from '../render/egress/egress';
import { egressEntries } from '../render/egress/entries';
import { failed } from './failures';
import { holds, type Observation } from './observation';

/** Whether the policies on the pods are in place, and how calls to the outside leave. */
export function policyReady(observation: Observation): NewCondition {
  const failure = failed('PolicyReady', observation);
  if (failure) {
    return failure;
  }
  const { appNetwork } = observation;
  const { reason, message } = whoMayCall(appNetwork);
  return holds(
    'PolicyReady',
    reason,
    [message, ...howCallsLeave(observation)].join(' '),
  );
}

function whoMayCall(appNetwork: AppNetwork): {
  reason: string;
  message: string;
} {
  if (isInMesh(appNetwork)) {
    return {
      reason: 'Applied',
      message:
        'Only the callers that the AuthorizationPolicy names may call the pods.',
    };
  }
  return isFirewalled(appNetwork)
    ? {
        reason: 'NetworkPolicyOnly',
        message:
          'spec.mesh.enabled is false: the NetworkPolicy says from where the pods may be called, and nobody asks for an identity.',
      }
    : {
        reason: 'NoPolicy',
        message:
          'spec.mesh.enabled and spec.networkPolicy.enabled are false: everybody in the cluster may call the pods.',
      };
}

function howCallsLeave({ appNetwork, facts }: Observation): string[] {
  const entries = egressEntries(appNetwork);
  const hosts = entries.map(({ host, port }) => `${host}:${port}`).join(', ');
  switch (egressWay(appNetwork, facts)) {
    case 'None':
      return [];
    case 'Gateway':
      return [`Calls to ${hosts} leave through the egress gateway.`];
    default: {
      const why = isInMesh(appNetwork)
        ? 'the platform has no egress gateway'
        : 'pods outside the mesh have no proxy that would send them through the egress gateway';
      const ports = [...new Set(entries.map(({ port }) => port))].join(', ');
      return [
        `Calls to ${hosts} leave straight from the pods, for ${why}.`,
        ...(isFirewalled(appNetwork)
          ? [
              `A NetworkPolicy knows no names, so that it lets the pods call every address at port ${ports}.`,
            ]
          : []),
      ];
    }
  }
}

function isInMesh({ spec }: AppNetwork): boolean {
  return spec?.mesh?.enabled ?? true;
}

function isFirewalled({ spec }: AppNetwork): boolean {
  return spec?.networkPolicy?.enabled ?? true;
}
