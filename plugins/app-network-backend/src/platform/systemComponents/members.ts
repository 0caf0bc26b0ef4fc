import {
  withDefaults,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { isDeleting } from '../../engine/finalizer';
import type { KubernetesClient } from '../../engine/types';
import type { PlatformInformers } from '../informers';
import {
  changeMembership,
  membershipChanges,
  membershipKey,
  systemComponentsOf,
  workloadsOf,
  type MembershipChange,
} from './meshMembership';
import { createSidecars } from './sidecars';
import type { SystemComponentObservation } from './status';

/** Takes system components into the mesh and out of it, and sees how far they are. */
export interface Members {
  /**
   * @param meshReady - whether pods that start now get a proxy; before, none is restarted to join
   */
  reconcile(
    platform: NetworkPlatform,
    meshReady: boolean,
  ): Promise<SystemComponentObservation[]>;
}

export function createMembers(options: {
  client: KubernetesClient;
  informers: PlatformInformers;
}): Members {
  const { client, informers } = options;
  const sidecars = createSidecars();
  /** What could not be done to a workload as it was; it isn't tried again before that has changed. */
  const failures = new Map<string, { version?: string; message: string }>();

  const change = async (changes: MembershipChange[]) => {
    const open = changes.filter(({ workload }) => {
      const failure = failures.get(membershipKey(workload));
      return failure?.version !== workload.metadata.resourceVersion || !failure;
    });
    const failed = await changeMembership(client, open);
    for (const { workload } of open) {
      const key = membershipKey(workload);
      const message = failed.get(key);
      if (message) {
        const version = workload.metadata.resourceVersion;
        failures.set(key, { version, message });
      } else {
        failures.delete(key);
      }
    }
  };

  return {
    async reconcile(platform, meshReady) {
      const components = systemComponentsOf(
        withDefaults(platform).spec ?? {},
        isDeleting(platform),
      );
      const workloads = informers.allWorkloads.flatMap(informer =>
        informer.list(),
      );
      const changes = membershipChanges(components, workloads);
      await change(changes.filter(({ join }) => meshReady || !join));
      const wanted = new Set(
        changes.map(({ workload }) => membershipKey(workload)),
      );
      return Promise.all(
        components.map(async component => ({
          component,
          meshReady,
          workloads: await Promise.all(
            workloadsOf(component, workloads).map(async workload => {
              const key = membershipKey(workload);
              return {
                workload,
                ...(await sidecars.count(
                  client,
                  workload,
                  component.mesh ? 'all' : 'none',
                )),
                problem: wanted.has(key)
                  ? failures.get(key)?.message
                  : undefined,
              };
            }),
          ),
        })),
      );
    },
  };
}
