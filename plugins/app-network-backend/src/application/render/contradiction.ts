import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { describeAppNetwork } from './describeAppNetwork';
import { isInMesh } from './mesh';
import { isCreatedBefore } from './precedence';
import { isSubset, podLabels } from './selector';
import type { Problem, Service } from './types';

/**
 * What is said otherwise by an AppNetwork that was there before and speaks of the same pods, or of a Service of theirs: whether they are in
 * the mesh. Both would tell the gateway how to call that Service, and only one can be right. Undefined where there is none.
 *
 * @param neighbours - other AppNetworks of its namespace
 * @param services - of its namespace
 */
export function contradiction(
  appNetwork: AppNetwork,
  neighbours: readonly AppNetwork[],
  services: readonly Service[],
): Problem | undefined {
  const other = neighbours.find(
    neighbour =>
      (neighbour.spec?.expose ?? true) &&
      isInMesh(neighbour) !== isInMesh(appNetwork) &&
      isCreatedBefore(neighbour, appNetwork) &&
      isRelated(podLabels(neighbour), podLabels(appNetwork), services),
  );
  return (
    other && {
      condition: 'GatewayReady',
      reason: 'MeshContradiction',
      message: `spec.mesh.enabled is ${isInMesh(
        appNetwork,
      )}, and ${describeAppNetwork(
        other,
      )}, which was there first and speaks of the same pods, says otherwise: the gateway calls them as that says. Have both say the same, or select other pods with spec.selector.`,
      certain: true,
    }
  );
}

function isRelated(
  one: Record<string, string>,
  other: Record<string, string>,
  services: readonly Service[],
): boolean {
  return (
    isSubset(one, other) ||
    isSubset(other, one) ||
    services.some(({ spec }) => {
      const selector = spec?.selector ?? {};
      return (
        // Without a selector it has no pods of its own.
        Object.keys(selector).length > 0 &&
        [one, other].every(labels => isSubset(selector, labels))
      );
    })
  );
}
