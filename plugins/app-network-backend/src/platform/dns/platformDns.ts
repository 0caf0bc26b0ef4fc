import type { LoggerService } from '@backstage/backend-plugin-api';
import type { NetworkPlatform } from '@app-network/backstage-plugin-app-network-common';
import type { KubernetesClient } from '../../engine/types';
import type { ReleaseView } from '../componentStatus';
import type { WorkloadRef } from '../installedReleases';
import type { Workload } from '../workloads';
import { createDrains } from './drains';
import { createNameLooks, type RecordOwners } from './names';
import { observeDns, type DnsObservation } from './observeDns';
import { createSyncReports } from './syncReports';

/** What a platform has to do with DNS beside what Helm installs. */
export interface PlatformDns {
  /**
   * Has records removed before nobody keeps them any longer: puts a wait in the place of the step of a release that has to stay for that.
   *
   * @returns whether there is one
   */
  drain(
    views: readonly ReleaseView[],
    find: (ref: WorkloadRef) => Workload | undefined,
  ): Promise<boolean>;
  /** What was seen last; never waits. */
  observe(
    platform: NetworkPlatform,
    seen: Parameters<typeof observeDns>[2],
  ): DnsObservation;
}

export function createPlatformDns(options: {
  client: KubernetesClient;
  logger: LoggerService;
  /** `appNetwork.dns.servers` of app-config. */
  servers?: readonly string[];
  /** Whose records are whose. */
  recordOwners?: RecordOwners;
  /** Something else is seen than before. */
  onChange: () => void;
  signal: AbortSignal;
}): PlatformDns {
  const names = createNameLooks(options);
  const reports = createSyncReports(options);
  const drains = createDrains({ ...options, reports });
  return {
    async drain(views, find) {
      let isDraining = false;
      for (const view of views) {
        const [deployment] = view.installed?.workloads ?? [];
        const step = await drains.step(view, deployment && find(deployment));
        if (step) {
          view.step = step;
          isDraining = true;
        }
      }
      return isDraining;
    },
    observe: (platform, seen) => observeDns({ names, reports }, platform, seen),
  };
}
