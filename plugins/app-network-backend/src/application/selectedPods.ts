import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { describe, objectRef } from '../engine/objects';
import type { KubernetesClient } from '../engine/types';
import { isSubset, podLabels } from './render/selector';
import type { Workload } from './workloads';

/**
 * Whether there is nothing that an AppNetwork selects: no workload that makes such pods, and no pod of another origin. The API server is asked
 * for pods only where no workload is known, for pods are too many to be cached.
 *
 * @param workloads - of its namespace
 */
export async function selectsNothing(
  client: Pick<KubernetesClient, 'list'>,
  appNetwork: AppNetwork,
  workloads: readonly Workload[],
): Promise<boolean> {
  const labels = podLabels(appNetwork);
  if (workloads.some(workload => makesPodsWith(workload, labels))) {
    return false;
  }
  const pods = await client.list(
    { apiVersion: 'v1', kind: 'Pod' },
    {
      namespace: appNetwork.metadata.namespace,
      labelSelector: Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(','),
    },
  );
  return pods.length === 0;
}

/** A workload whose pods two AppNetworks select. */
export interface SharedPods {
  /** Such as `Deployment shop/shop`. */
  workload: string;
  /** Name of the other AppNetwork, in the same namespace. */
  appNetwork: string;
}

/**
 * Workloads whose pods another AppNetwork selects as well.
 *
 * @param others - AppNetworks of its namespace; it may be among them
 * @param workloads - of its namespace
 */
export function sharedPods(
  appNetwork: AppNetwork,
  others: readonly AppNetwork[],
  workloads: readonly Workload[],
): SharedPods[] {
  const own = workloads.filter(workload =>
    makesPodsWith(workload, podLabels(appNetwork)),
  );
  return others
    .filter(({ metadata }) => metadata.name !== appNetwork.metadata.name)
    .flatMap(other =>
      own
        .filter(workload => makesPodsWith(workload, podLabels(other)))
        .map(workload => ({
          workload: describe(objectRef(workload)),
          appNetwork: other.metadata.name,
        })),
    );
}

function makesPodsWith(
  { spec }: Workload,
  labels: Record<string, string>,
): boolean {
  return isSubset(labels, spec?.template?.metadata?.labels ?? {});
}
