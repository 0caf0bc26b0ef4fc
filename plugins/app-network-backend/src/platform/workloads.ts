import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import type { WorkloadRef } from './installedReleases';

/** What is read of Deployments, DaemonSets and StatefulSets (apps/v1). */
export interface Workload extends KubernetesObject {
  spec?: {
    replicas?: number;
    /** Of Deployments. */
    paused?: boolean;
    /** Of StatefulSets and DaemonSets. */
    updateStrategy?: { type?: string };
    selector?: { matchLabels?: Record<string, string> };
    template?: {
      metadata?: { labels?: Record<string, string> };
      spec?: {
        serviceAccountName?: string;
        hostNetwork?: boolean;
        containers?: {
          name: string;
          image?: string;
          args?: string[];
          ports?: { name?: string; containerPort: number }[];
        }[];
      };
    };
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    desiredNumberScheduled?: number;
    updatedNumberScheduled?: number;
    numberReady?: number;
    numberAvailable?: number;
    conditions?: {
      type: string;
      status: string;
      reason?: string;
      message?: string;
    }[];
  };
}

/** What is read of Pods. */
export interface Pod extends KubernetesObject {
  spec?: {
    containers?: { name: string }[];
    initContainers?: { name: string }[];
  };
  status?: {
    phase?: string;
    conditions?: {
      type: string;
      status: string;
      reason?: string;
      message?: string;
      lastTransitionTime?: string;
    }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  image?: string;
  state?: {
    waiting?: { reason?: string; message?: string };
    terminated?: { reason?: string; message?: string; exitCode?: number };
  };
  lastState?: {
    terminated?: { reason?: string; message?: string; exitCode?: number };
  };
}

/** How far a release's pods are. */
export interface Rollout {
  ready: boolean;
  readyPods: number;
  desiredPods: number;
  /** Pods of an earlier version that are still there and available. */
  formerPods: number;
  /** Workloads that Helm made and that are gone. */
  missing: WorkloadRef[];
  /** What Kubernetes says is wrong with the workloads themselves; empty where nothing is. */
  message: string;
}

/**
 * Sums up a release's workloads, ready in the sense of `kubectl rollout status`: the latest generation is seen, and all its pods are
 * updated and available.
 */
export function rolloutOf(
  refs: readonly WorkloadRef[],
  find: (ref: WorkloadRef) => Workload | undefined,
): Rollout {
  const rollout: Rollout = {
    ready: true,
    readyPods: 0,
    desiredPods: 0,
    formerPods: 0,
    missing: [],
    message: '',
  };
  for (const ref of refs) {
    const workload = find(ref);
    if (!workload) {
      rollout.missing.push(ref);
      rollout.ready = false;
      continue;
    }
    const { desired, updated, ready, available, outdated } = countsOf(workload);
    rollout.desiredPods += desired;
    rollout.readyPods += Math.max(0, Math.min(ready - outdated, desired));
    rollout.formerPods += Math.min(outdated, available);
    rollout.ready &&=
      (workload.status?.observedGeneration ?? 0) >=
        (workload.metadata.generation ?? 0) &&
      updated >= desired &&
      available >= desired &&
      outdated === 0;
    rollout.message ||= failureOf(workload);
  }
  return rollout;
}

/** How many pods there should be, and are. */
function countsOf({ kind, spec, status = {} }: Workload) {
  return kind === 'DaemonSet'
    ? {
        desired: status.desiredNumberScheduled ?? 0,
        updated: status.updatedNumberScheduled ?? 0,
        ready: status.numberReady ?? 0,
        available: status.numberAvailable ?? 0,
        outdated: 0,
      }
    : {
        desired: spec?.replicas ?? 1,
        updated: status.updatedReplicas ?? 0,
        ready: status.readyReplicas ?? 0,
        available: status.availableReplicas ?? 0,
        // An old pod is available too, and stays until a new one is.
        outdated: Math.max(
          0,
          (status.replicas ?? 0) - (status.updatedReplicas ?? 0),
        ),
      };
}

/** Why pods are not even made, as the workload's own conditions say it. */
function failureOf({ kind, metadata, status }: Workload): string {
  const condition = status?.conditions?.find(
    ({ type, status: value }) => type === 'ReplicaFailure' && value === 'True',
  );
  return condition
    ? `${kind} ${metadata.namespace}/${metadata.name}: ${condition.message}`
    : '';
}

/** What keeps a pod from being ready. */
export interface PodProblem {
  /** Names the pod, the container, the reason, and what to do. */
  message: string;
  /** It will not come up by itself in a moment. */
  serious: boolean;
}

/** The problem of the first pod that has one, serious ones first. */
export function podProblem(pods: readonly Pod[]): PodProblem | undefined {
  const problems = pods
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(problemOf)
    .filter(problem => problem !== undefined);
  return problems.find(({ serious }) => serious) ?? problems[0];
}

function problemOf(pod: Pod): PodProblem | undefined {
  const name = `Pod ${pod.metadata.namespace}/${pod.metadata.name}`;
  const scheduled = pod.status?.conditions?.find(
    ({ type }) => type === 'PodScheduled',
  );
  if (scheduled?.status === 'False') {
    return {
      message: `${name} has no node: ${scheduled.message}. Add a node or ask for less in the component's values (resources, replicas, nodeSelector).`,
      serious: false,
    };
  }
  const containers = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  for (const container of containers) {
    const problem = containerProblem(container);
    if (problem) {
      return { ...problem, message: `${name}: ${problem.message}` };
    }
  }
  return undefined;
}

/** Reasons for which a kubelet waits (k8s.io/kubernetes/pkg/kubelet/images and container), and what helps. */
const WAITING_ADVICE: Record<string, string> = {
  ImagePullBackOff:
    'Check that the nodes can reach the registry, or name another image in the values.',
  ErrImagePull:
    'Check that the nodes can reach the registry, or name another image in the values.',
  ErrImageNeverPull:
    'Bring the image to the nodes, or set another imagePullPolicy in the values.',
  InvalidImageName: 'Correct the image in the values.',
  CreateContainerConfigError:
    'Check the Secrets and ConfigMaps that the values name.',
  CreateContainerError: 'See kubectl describe pod.',
  RunContainerError: 'See kubectl describe pod.',
  CrashLoopBackOff: 'See kubectl logs --previous.',
};

function containerProblem(container: ContainerStatus): PodProblem | undefined {
  const { name, state, lastState, restartCount = 0, image } = container;
  const reason = state?.waiting?.reason ?? '';
  if (reason in WAITING_ADVICE) {
    const what = reason.includes('Image') ? `image ${image}: ` : '';
    const last = lastState?.terminated;
    const why =
      reason === 'CrashLoopBackOff' && last
        ? `ended ${restartCount} times, last with exit code ${last.exitCode}${
            last.reason ? ` (${last.reason})` : ''
          }${last.message ? `: ${last.message.trim()}` : ''}`
        : state?.waiting?.message ?? '';
    return {
      message: `container ${name} is in ${reason}: ${what}${why}. ${WAITING_ADVICE[reason]}`,
      // A first failed pull is often followed by one that works.
      serious: reason !== 'ErrImagePull',
    };
  }
  const ended = state?.terminated;
  return ended && ended.exitCode !== 0
    ? {
        message: `container ${name} ended with exit code ${ended.exitCode}${
          ended.reason ? ` (${ended.reason})` : ''
        }${
          ended.message ? `: ${ended.message.trim()}` : ''
        }. See kubectl logs.`,
        serious: false,
      }
    : undefined;
}
