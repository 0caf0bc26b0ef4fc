import type { KubernetesClient } from '../../engine/types';
import type { Pod, Workload } from '../workloads';

/** Looks whether the pods of workloads have Istio's proxy. */
export interface Sidecars {
  /**
   * How many of a workload's pods there are, and how many have the proxy. It is asked again when the workload has changed, for pods are not
   * kept in a cache, and now and then as long as not all of them are as expected.
   */
  count(
    client: KubernetesClient,
    workload: Workload,
    expected: 'all' | 'none',
  ): Promise<Counts>;
}

interface Counts {
  pods: number;
  meshed: number;
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
        const { pods, meshed } = await found.counts;
        const wanted = expected === 'all' ? pods : 0;
        if (meshed === wanted || found.at + AGAIN_MS > Date.now()) {
          return { pods, meshed };
        }
      }
      const counts = countPods(client, workload);
      known.set(uid, { version: resourceVersion, at: Date.now(), counts });
      counts.catch(() => known.delete(uid));
      return counts;
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
      labelSelector: Object.entries(spec?.selector?.matchLabels ?? {})
        .map(([name, value]) => `${name}=${value}`)
        .join(','),
    },
  );
  const running = pods.filter(pod => !pod.metadata.deletionTimestamp);
  return {
    pods: running.length,
    meshed: running.filter(hasProxy).length,
  };
}

function hasProxy({ spec }: Pod): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(
    ({ name }) => name === PROXY,
  );
}
