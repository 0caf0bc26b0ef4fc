import { createHash } from 'node:crypto';
import type {
  KubernetesObject,
  ObjectMeta,
  RolloutView,
} from '@app-network/backstage-plugin-app-network-common';
import { objectRef } from '../engine/objects';

/** The part of a Deployment (apps/v1) that tells how far its rollout is. */
export interface Deployment extends KubernetesObject {
  spec?: {
    replicas?: number;
    selector?: { matchLabels?: Record<string, string> };
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
}

/** The part of a Pod (v1) that tells why it does not run. */
export interface Pod extends KubernetesObject {
  metadata: ObjectMeta;
  status?: {
    phase?: string;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

interface ContainerStatus {
  name: string;
  ready?: boolean;
  state?: {
    waiting?: { reason?: string; message?: string };
    terminated?: { reason?: string; message?: string; exitCode?: number };
  };
  lastState?: { terminated?: { reason?: string; exitCode?: number } };
}

/**
 * How far the rollout of a Deployment is (Kubernetes documentation, "Deployment status"), with the first reason that one of its pods gives
 * for not running.
 */
export function rolloutView(deployment: Deployment, pods: Pod[]): RolloutView {
  const replicas = deployment.spec?.replicas ?? 1;
  const { updatedReplicas = 0, availableReplicas = 0 } =
    deployment.status ?? {};
  const progress = progressOf(deployment, replicas);
  const reason = progress.state === 'Available' ? '' : whyNotRunning(pods);
  const view = {
    ref: objectRef(deployment),
    state: progress.state,
    message: [progress.message, reason].filter(Boolean).join('; '),
    replicas,
    available: Math.min(updatedReplicas, availableReplicas),
  };
  return { ...view, version: hash(JSON.stringify(view)) };
}

function progressOf(
  { metadata, status = {} }: Deployment,
  replicas: number,
): Pick<RolloutView, 'state' | 'message'> {
  const condition = (type: string) =>
    status.conditions?.find(candidate => candidate.type === type);
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 1)) {
    return { state: 'Progressing', message: 'the change is not seen yet' };
  }
  const progressing = condition('Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return { state: 'Failed', message: progressing.message ?? '' };
  }
  const failure = condition('ReplicaFailure');
  if (failure?.status === 'True') {
    return { state: 'Progressing', message: failure.message ?? '' };
  }
  const {
    replicas: existing = 0,
    updatedReplicas = 0,
    availableReplicas = 0,
  } = status;
  if (updatedReplicas < replicas || availableReplicas < replicas) {
    const available = Math.min(updatedReplicas, availableReplicas);
    return {
      state: 'Progressing',
      message: `${available} of ${replicas} pods available`,
    };
  }
  if (existing > updatedReplicas) {
    return {
      state: 'Progressing',
      message: `${existing - updatedReplicas} old pods are ending`,
    };
  }
  return { state: 'Available', message: '' };
}

/** What every pod goes through on its way. */
const ON_THE_WAY = ['ContainerCreating', 'PodInitializing'];

function whyNotRunning(pods: Pod[]): string {
  for (const { metadata, status } of pods) {
    const containers = [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ];
    for (const { name, state, lastState } of containers) {
      const waiting = state?.waiting;
      if (waiting?.reason && !ON_THE_WAY.includes(waiting.reason)) {
        const exitCode = lastState?.terminated?.exitCode;
        return [
          `pod ${metadata.name}, container ${name}: ${waiting.reason}`,
          waiting.message,
          exitCode !== undefined && `it ended with code ${exitCode}`,
        ]
          .filter(Boolean)
          .join(': ');
      }
    }
    const unscheduled = status?.conditions?.find(
      ({ type, status: value }) => type === 'PodScheduled' && value === 'False',
    );
    if (unscheduled) {
      return `pod ${metadata.name}: ${unscheduled.reason}: ${unscheduled.message}`;
    }
  }
  return '';
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
