import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { describe, objectRef } from '../engine/objects';
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
  const own = workloadsOf(appNetwork, workloads);
  return others
    .filter(({ metadata }) => metadata.name !== appNetwork.metadata.name)
    .flatMap(other =>
      workloadsOf(other, own).map(workload => ({
        workload: describe(objectRef(workload)),
        appNetwork: other.metadata.name,
      })),
    );
}
