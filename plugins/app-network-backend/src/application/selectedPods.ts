import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { describe, objectRef } from '../engine/objects';
import type { SelectedPod } from './podLooks';
import { isSubset, podLabels } from './render/selector';
import type { Workload } from './workloads';

/**
 * Workloads that make pods of an AppNetwork.
 *
 * @param workloads - of its namespace
 */
export function workloadsOf(
  appNetwork: AppNetwork,
  workloads: readonly Workload[],
): Workload[] {
  const labels = podLabels(appNetwork);
  return workloads.filter(({ spec }) =>
    isSubset(labels, spec?.template?.metadata?.labels ?? {}),
  );
}

/** What two AppNetworks select. */
export interface SharedPods {
  /** What makes the pods, such as `Deployment shop/shop`; a pod itself where nothing does. */
  workload: string;
  /** Name of the other AppNetwork, in the same namespace. */
  appNetwork: string;
}

/**
 * Workloads whose pods another AppNetwork selects as well, or else what has made pods that both select.
 *
 * @param others - AppNetworks of its namespace; it may be among them
 * @param workloads - of its namespace
 * @param pods - that it selects
 */
export function sharedPods(
  appNetwork: AppNetwork,
  others: readonly AppNetwork[],
  workloads: readonly Workload[],
  pods: readonly SelectedPod[],
): SharedPods[] {
  const own = workloadsOf(appNetwork, workloads);
  return others
    .filter(({ metadata }) => metadata.name !== appNetwork.metadata.name)
    .flatMap(other => {
      const made = workloadsOf(other, own);
      const labels = podLabels(other);
      const makers =
        made.length > 0
          ? made.map(workload => describe(objectRef(workload)))
          : pods
              .filter(({ metadata }) => isSubset(labels, metadata.labels ?? {}))
              .map(makerOf);
      return [...new Set(makers)].sort().map(workload => ({
        workload,
        appNetwork: other.metadata.name,
      }));
    });
}

/** What has made a pod, such as `Job shop/migrate`; the pod itself where nothing has. */
function makerOf(pod: SelectedPod): string {
  const { namespace, ownerReferences = [] } = pod.metadata;
  const maker = ownerReferences.find(({ controller }) => controller);
  return describe(maker ? { ...maker, namespace } : objectRef(pod));
}
