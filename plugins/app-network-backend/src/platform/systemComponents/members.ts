import {
  withDefaults,
  type NetworkPlatform,
  type SystemComponent,
} from '@app-network/backstage-plugin-app-network-common';
import { isDeleting } from '../../engine/finalizer';
import { keyOf } from '../../engine/objects';
import type { KubernetesClient } from '../../engine/types';
import { isReady, type ReleaseView } from '../componentStatus';
import type { PlatformInformers } from '../informers';
import type { Workload } from '../workloads';
import {
  changeMembership,
  membershipChanges,
  membershipKey,
  workloadsOf,
  type MembershipChange,
} from './meshMembership';
import { needsMesh, type SystemComponentObservation } from './meshStatus';
import { createSidecars } from './sidecars';

/** Takes system components into the mesh and out of it, and sees how far they are. */
export interface Members {
  /**
   * @param istiod - as it is to be and as it is; none is restarted to join before it is ready
   * @returns the entries of the spec, and after them those that are on it no longer and still leave the mesh
   */
  reconcile(
    platform: NetworkPlatform,
    istiod: ReleaseView | undefined,
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
  /** Entries that were on the list. A restart forgets them: then they leave all the same, and nobody watches. */
  const former = new Map<string, SystemComponent>();

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

  const observe = (
    component: SystemComponent,
    workloads: Workload[],
    wanted: ReadonlySet<string>,
  ) =>
    Promise.all(
      workloadsOf(component, workloads).map(async workload => {
        const key = membershipKey(workload);
        return {
          workload,
          ...(await sidecars.count(
            client,
            workload,
            component.mesh ? 'all' : 'none',
          )),
          problem: wanted.has(key) ? failures.get(key)?.message : undefined,
        };
      }),
    );

  return {
    async reconcile(platform, istiod) {
      const { systemComponents = [] } = withDefaults(platform).spec ?? {};
      const mesh = meshOf(platform, istiod);
      const listed = new Map(
        systemComponents.map(entry => [entryKey(entry), entry]),
      );
      const components = [
        ...[...listed.values()].map(entry => ({
          ...entry,
          mesh: entry.mesh && mesh !== 'None',
        })),
        ...[...former]
          .filter(([key]) => !listed.has(key))
          .map(([, component]) => component),
      ];
      const workloads = informers.allWorkloads.flatMap(informer =>
        informer.list(),
      );
      const changes = membershipChanges(components, workloads);
      await change(changes.filter(({ join }) => mesh === 'Ready' || !join));
      const wanted = new Set(
        changes.map(({ workload }) => membershipKey(workload)),
      );
      const observations = await Promise.all(
        components.map(async component => ({
          component,
          mesh,
          asksForMesh:
            !isDeleting(platform) &&
            Boolean(listed.get(entryKey(component))?.mesh),
          workloads: await observe(component, workloads, wanted),
        })),
      );
      for (const observation of observations) {
        const { component } = observation;
        const key = entryKey(component);
        if (listed.has(key) || needsMesh(observation)) {
          former.set(key, leaving(component));
        } else {
          former.delete(key);
        }
      }
      return observations;
    },
  };
}

function entryKey({ namespace, name }: SystemComponent): string {
  return keyOf(namespace, name);
}

/** What becomes of an entry when it is taken off the list: nothing is served, and it leaves the mesh. */
function leaving({
  name,
  namespace,
  selector,
}: SystemComponent): SystemComponent {
  return { name, namespace, selector, mesh: false };
}

/** A platform that goes, or has no Istio, has no mesh: its system components leave before istiod does. */
function meshOf(
  platform: NetworkPlatform,
  istiod: ReleaseView | undefined,
): SystemComponentObservation['mesh'] {
  if (
    !istiod ||
    isDeleting(platform) ||
    !(istiod.release.enabled || istiod.release.existing)
  ) {
    return 'None';
  }
  return isReady(istiod) ? 'Ready' : 'Coming';
}
