import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { NewCondition } from '../../engine/conditions';
import { egressWay } from '../render/egress/egress';
import { egressEntries } from '../render/egress/entries';
import { isInMesh } from '../render/mesh';
import { podLabels } from '../render/selector';
import type { SharedPods } from '../selectedPods';
import { failed } from './failures';
import { fails, holds, type Observation } from './observation';

/** Whether the policies on the pods are in place, and how calls to the outside leave. */
export function policyReady(observation: Observation): NewCondition {
  const failure = failed('PolicyReady', observation);
  if (failure) {
    return failure;
  }
  const { appNetwork, selectsNothing, sharedPods, sidecarProblem } =
    observation;
  if (selectsNothing) {
    return fails('PolicyReady', 'NoPods', noPods(appNetwork));
  }
  if (sidecarProblem) {
    const { reason, message } = sidecarProblem;
    return fails('PolicyReady', reason, message);
  }
  const { reason, message } =
    sharedPods.length > 0
      ? { reason: 'PodsShared', message: shared(sharedPods) }
      : whoMayCall(appNetwork);
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

function isFirewalled({ spec }: AppNetwork): boolean {
  return spec?.networkPolicy?.enabled ?? true;
}

function noPods(appNetwork: Observation['appNetwork']): string {
  const labels = Object.entries(podLabels(appNetwork))
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(', ');
  return `spec.selector: namespace ${
    appNetwork.metadata.namespace
  } has no pods with ${
    labels ? `labels ${labels}` : 'any labels'
  }, and no Deployment, StatefulSet or DaemonSet that makes such, so that there is nothing to protect and nobody who answers. Set spec.selector to the labels of your pods.`;
}

/** Policies add up: what one lets in the other can't keep out. */
function shared(pods: readonly SharedPods[]): string {
  const each = [...new Set(pods.map(({ workload }) => workload))].map(
    workload => {
      const others = pods
        .filter(other => other.workload === workload)
        .map(({ appNetwork }) => appNetwork);
      return `the pods of ${workload} are selected by AppNetwork ${others.join(
        ' and ',
      )} too`;
    },
  );
  return `Policies are in place, and ${each.join(
    ' and ',
  )}: whoever one of them lets in may call them. If that is not meant, select other pods with spec.selector.`;
}
