import { labelSelectorOf } from '../engine/objects';
import type { KubernetesClient } from '../engine/types';
import { isRollingOut, type ReleaseView } from './componentStatus';
import {
  podProblem,
  type Pod,
  type PodProblem,
  type Workload,
} from './workloads';

/** Looks for what keeps the pods of a release from being ready. */
export interface PodProblems {
  find(
    client: KubernetesClient,
    view: ReleaseView,
    workloads: Workload[],
  ): Promise<PodProblem | undefined>;
}

/** Pods are asked for at most this often for one release, in milliseconds. */
const EVERY_MS = 2_000;

/**
 * Pods are not kept in a cache, for a cluster has many and these are looked at for moments only: while a release comes up.
 */
export function createPodProblems(): PodProblems {
  const found = new Map<
    string,
    { at: number; problem: Promise<PodProblem | undefined> }
  >();
  return {
    async find(client, view, workloads) {
      const { namespace, release } = view.release;
      const key = `${namespace}/${release}`;
      if (!isRollingOut(view)) {
        found.delete(key);
        return undefined;
      }
      const last = found.get(key);
      if (last && last.at + EVERY_MS > Date.now()) {
        return last.problem;
      }
      const problem = findProblem(client, workloads);
      found.set(key, { at: Date.now(), problem });
      return problem;
    },
  };
}

async function findProblem(
  client: KubernetesClient,
  workloads: Workload[],
): Promise<PodProblem | undefined> {
  try {
    const pods = await Promise.all(
      workloads.map(workload => listPods(client, workload)),
    );
    return podProblem(pods.flat());
  } catch (error) {
    // The pods explain a state; without them it is still a state.
    return { message: `Its pods can't be listed: ${error}`, serious: false };
  }
}

function listPods(
  client: KubernetesClient,
  { metadata, spec }: Workload,
): Promise<Pod[]> {
  return client.list<Pod>(
    { apiVersion: 'v1', kind: 'Pod' },
    {
      namespace: metadata.namespace,
      labelSelector: labelSelectorOf(spec?.selector?.matchLabels ?? {}),
    },
  );
}
