import { labelSelectorOf } from '../../engine/objects';
import type { KubernetesClient } from '../../engine/types';
import {
  podProblem,
  type Pod,
  type PodProblem,
  type Workload,
} from '../workloads';

/** Looks whether the pods of workloads have Istio's proxy. */
export interface Sidecars {
  /**
   * How many of a workload's pods there are, how many have the proxy, and what keeps them from being ready. It is asked again when the workload has changed, for pods are not
   * kept in a cache, and now and then as long as not all of them are as expected.
   */
  count(
    client: KubernetesClient,
    workload: Workload,
    expected: 'all' | 'none',
  ): Promise<Counts>;
}

/** What is seen of a workload's pods. */
export interface Counts {
  pods: number;
  /** Those that have Istio's proxy. */
  meshed: number;
  /** Those that are not ready. */
  unready: number;
  /** What keeps one from being ready; undefined where all are. */
  podProblem: PodProblem | undefined;
}

/** Pods that are not as expected are looked at again this often, in milliseconds. */
const AGAIN_MS = 2_000;

/** The proxy's container: a native sidecar is an init container (Kubernetes, "Sidecar Containers"). */
const PROXY = 'istio-proxy';

export function createSidecars(): Sidecars {
  const known = new Map<
    string,
    { version: string; at: number; counts: Promise<Counts> }
  >();
  return {
    async count(client, workload, expected) {
      const { uid = '', resourceVersion = '' } = workload.metadata;
      const found = known.get(uid);
      if (found?.version === resourceVersion) {
        const counts = await found.counts;
        const wanted = expected === 'all' ? counts.pods : 0;
        const settled = counts.meshed === wanted && counts.unready === 0;
        if (settled || found.at + AGAIN_MS > Date.now()) {
          return counts;
        }
      }
      const counting = countPods(client, workload);
      known.set(uid, {
        version: resourceVersion,
        at: Date.now(),
        counts: counting,
      });
      counting.catch(() => known.delete(uid));
      return counting;
    },
  };
}

async function countPods(
  client: KubernetesClient,
  { metadata, spec }: Workload,
): Promise<Counts> {
  const pods = await client.list<Pod>(
    { apiVersion: 'v1', kind: 'Pod' },
    {
      namespace: metadata.namespace,
      labelSelector: labelSelectorOf(spec?.selector?.matchLabels ?? {}),
    },
  );
  const running = pods.filter(pod => !pod.metadata.deletionTimestamp);
  const unready = running.filter(pod => readyCondition(pod)?.status !== 'True');
  return {
    pods: running.length,
    meshed: running.filter(hasProxy).length,
    unready: unready.length,
    podProblem: podProblem(unready) ?? notReady(unready, Date.now()),
  };
}

/** A pod that runs and isn't ready has this long before that is called a failure, in milliseconds; slow starters need minutes. */
const STARTS_WITHIN_MS = 180_000;

/** The pod that has been unready for the longest, though its containers run. */
export function notReady(
  pods: readonly Pod[],
  now: number,
): PodProblem | undefined {
  const [oldest] = pods
    .map(pod => ({ pod, condition: readyCondition(pod) }))
    .filter(({ condition }) => condition)
    .map(({ pod, condition }) => ({
      pod,
      message: condition?.message ?? '',
      since: Date.parse(condition?.lastTransitionTime ?? ''),
    }))
    .sort((one, other) => one.since - other.since);
  if (!oldest) {
    return undefined;
  }
  const { metadata } = oldest.pod;
  return {
    message: `Pod ${metadata.namespace}/${metadata.name} is not ready${
      oldest.message ? `: ${oldest.message}` : ''
    }`,
    serious: now - oldest.since >= STARTS_WITHIN_MS,
  };
}

function readyCondition({ status }: Pod) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Whether a pod has Istio's proxy beside it. */
export function hasProxy({ spec }: Pick<Pod, 'spec'>): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(
    ({ name }) => name === PROXY,
  );
}
