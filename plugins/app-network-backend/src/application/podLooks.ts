import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { labelSelectorOf, objectKey } from '../engine/objects';
import type { KubernetesClient } from '../engine/types';
import { podLabels } from './render/selector';
import { workloadsOf } from './selectedPods';
import { areAsSaid } from './sidecars';
import type { Workload } from './workloads';

/** The part of a pod that is read. */
export interface SelectedPod extends KubernetesObject {
  metadata: KubernetesObject['metadata'] & {
    ownerReferences?: { kind: string; name: string; controller?: boolean }[];
  };
  spec?: {
    hostNetwork?: boolean;
    serviceAccountName?: string;
    containers?: { name: string }[];
    initContainers?: { name: string }[];
  };
  status?: { phase?: string };
}

/** Looks at the pods that AppNetworks select: there are too many to keep all of a cluster's. */
export interface PodLooks {
  /**
   * The pods that run, or are about to. They are looked at again when a workload that makes them has changed, and at every call as long as
   * they are not as `spec.mesh.enabled` says, or nobody is known who makes them.
   *
   * @param workloads - of the AppNetwork's namespace
   */
  see(
    appNetwork: AppNetwork,
    workloads: readonly Workload[],
  ): Promise<readonly SelectedPod[]>;
  forget(key: string): void;
}

export function createPodLooks(
  client: Pick<KubernetesClient, 'list'>,
): PodLooks {
  const seen = new Map<
    string,
    { version: string; pods: readonly SelectedPod[] }
  >();
  return {
    async see(appNetwork, workloads) {
      const key = objectKey(appNetwork);
      const makers = workloadsOf(appNetwork, workloads);
      const version = JSON.stringify([
        podLabels(appNetwork),
        makers.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]),
      ]);
      const last = seen.get(key);
      if (
        last?.version === version &&
        makers.length > 0 &&
        areAsSaid(appNetwork, last.pods)
      ) {
        return last.pods;
      }
      const pods = await listPods(client, appNetwork);
      seen.set(key, { version, pods });
      return pods;
    },
    forget(key) {
      seen.delete(key);
    },
  };
}

/** The pods that an AppNetwork selects, and that run or are about to. */
export async function listPods(
  client: Pick<KubernetesClient, 'list'>,
  appNetwork: AppNetwork,
): Promise<SelectedPod[]> {
  const pods = await client.list<SelectedPod>(
    { apiVersion: 'v1', kind: 'Pod' },
    {
      namespace: appNetwork.metadata.namespace,
      labelSelector: labelSelectorOf(podLabels(appNetwork)),
    },
  );
  return pods.filter(
    ({ status }) => !['Succeeded', 'Failed'].includes(status?.phase ?? ''),
  );
}
