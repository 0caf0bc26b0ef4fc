import type {
  KubernetesObject,
  SystemComponent,
} from '@app-network/backstage-plugin-app-network-common';
import { isKubernetesError } from '../../engine/errors';
import { describe, objectKey, objectRef } from '../../engine/objects';
import type { KubernetesClient } from '../../engine/types';
import type { Workload } from '../workloads';

/**
 * Field manager of the one label that is put on others' workloads. It is apart from that of what this project makes, so that the label can be
 * taken back without a look at anything else.
 */
export const MESH_FIELD_MANAGER = 'app-network-mesh';

/** Label by which Istio puts a proxy beside a pod, or keeps it from doing so (Istio, "Installing the Sidecar"). */
export const INJECT_LABEL = 'sidecar.istio.io/inject';

/** What is to be done with a workload. */
export interface MembershipChange {
  workload: Workload;
  /** Whether its pods are to join the mesh, or to leave it. */
  join: boolean;
}

/**
 * Which workloads have to be taken into the mesh or out of it. Only those leave that were taken in here.
 *
 * @param workloads - all Deployments, StatefulSets and DaemonSets of the cluster
 */
export function membershipChanges(
  systemComponents: readonly SystemComponent[],
  workloads: readonly Workload[],
): MembershipChange[] {
  const wanted = systemComponents.filter(({ mesh }) => mesh);
  return workloads.flatMap((workload): MembershipChange[] => {
    if (workload.metadata.deletionTimestamp) {
      return [];
    }
    const join = wanted.some(component => isPartOf(workload, component));
    if (join) {
      return injection(workload) === 'true' ? [] : [{ workload, join }];
    }
    return wasTakenIn(workload) ? [{ workload, join }] : [];
  });
}

/** Workloads whose pods a component's selector selects. */
export function isPartOf(
  workload: Workload,
  { namespace, selector }: Pick<SystemComponent, 'namespace' | 'selector'>,
): boolean {
  const labels = workload.spec?.template?.metadata?.labels ?? {};
  return (
    workload.metadata.namespace === namespace &&
    Object.entries(selector?.matchLabels ?? {}).every(
      ([name, value]) => labels[name] === value,
    )
  );
}

/** What a workload's pods say about the proxy. */
export function injection({ spec }: Workload): string | undefined {
  return spec?.template?.metadata?.labels?.[INJECT_LABEL];
}

/** Whether a workload has the label from here, as the API server records it (Kubernetes, Server-Side Apply). */
export function wasTakenIn({ metadata }: KubernetesObject): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, operation, fieldsV1 }) =>
      manager === MESH_FIELD_MANAGER &&
      operation === 'Apply' &&
      Object.keys(fieldsV1 ?? {}).length > 0,
  );
}

/**
 * Puts the label on or takes it back; the workload's own rolling restart follows. One whose owner has set the label otherwise is left alone.
 *
 * @returns what could not be done, by `<kind> <namespace>/<name>`
 */
export async function changeMembership(
  client: KubernetesClient,
  changes: readonly MembershipChange[],
): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  for (const { workload, join } of changes) {
    const { apiVersion, kind, metadata } = workload;
    const { namespace, name } = metadata;
    try {
      await client.apply(
        {
          apiVersion,
          kind,
          metadata: { namespace, name },
          ...(join
            ? {
                spec: {
                  template: {
                    metadata: { labels: { [INJECT_LABEL]: 'true' } },
                  },
                },
              }
            : {}),
        } as KubernetesObject,
        { fieldManager: MESH_FIELD_MANAGER },
      );
    } catch (error) {
      failures.set(membershipKey(workload), problem(workload, error));
    }
  }
  return failures;
}

export function membershipKey(workload: Workload): string {
  return `${workload.kind} ${objectKey(workload)}`;
}

function problem(workload: Workload, error: unknown): string {
  const what = describe(objectRef(workload));
  return isKubernetesError(error) && error.conflict
    ? `${what} sets the label ${INJECT_LABEL} to ${injection(
        workload,
      )} itself: take it out of its pod template, or say mesh: false.`
    : `${what} can't be changed: ${error}`;
}

/** The workloads of a component. */
export function workloadsOf(
  component: SystemComponent,
  workloads: readonly Workload[],
): Workload[] {
  return workloads.filter(workload => isPartOf(workload, component));
}
