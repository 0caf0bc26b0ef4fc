import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  NETWORK_PLATFORM_NAME,
  OWNER_LABEL,
  type KubernetesObject,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import type { AdmissionController } from '../admission/controller';
import { source, startController, type Controller } from '../engine/controller';
import type { Cluster } from '../engine/types';
import type { ChartStore } from './charts/chartStore';
import type { RecordOwners } from './dns/names';
import { createPlatformDns } from './dns/platformDns';
import { createRepairs } from './drift/repairs';
import type { Helm } from './helm';
import { createHelmRuns } from './helmRuns';
import { createOwnedObjects } from './ownedObjects';
import { platformInformers } from './informers';
import { createPlatformReconciler } from './reconciler';

export interface PlatformControllerOptions {
  cluster: Cluster;
  helm: Helm;
  charts: ChartStore;
  logger: LoggerService;
  /** Name servers that are asked where names lead; `appNetwork.dns.servers` of app-config. Default: those of each zone. */
  dnsServers?: readonly string[];
  /** Whose ExternalDNS an owner id is. */
  recordOwners?: RecordOwners;
  /** The cluster's admission webhook. */
  admission?: Pick<AdmissionController, 'observe'>;
  /** Ends the controller, and Helm where it runs. */
  signal: AbortSignal;
}

/**
 * Installs what a cluster's NetworkPlatform asks for, and keeps its status.
 *
 * @returns the controller; its `stopped` resolves when the last run of Helm has ended too
 */
export function startPlatformController(
  options: PlatformControllerOptions,
): Controller {
  const { cluster, logger, dnsServers, recordOwners, signal } = options;
  const informers = platformInformers(cluster);
  const onEnd = () => controller.enqueue(NETWORK_PLATFORM_NAME);
  const runs = createHelmRuns({ ...options, onEnd });
  const objects = createOwnedObjects({ cluster, onEnd });
  const controller = startController({
    name: `NetworkPlatform on ${cluster.name}`,
    logger,
    reconciler: createPlatformReconciler({
      client: cluster.client,
      informers,
      runs,
      objects,
      dns: createPlatformDns({
        client: cluster.client,
        logger,
        servers: dnsServers,
        recordOwners,
        onChange: onEnd,
        signal,
      }),
      repairs: createRepairs({ cluster: cluster.name, runs, logger }),
      admission: options.admission,
      cluster: cluster.name,
      logger,
    }),
    sources: [
      source<NetworkPlatform>(informers.platforms, ({ metadata }) => [
        metadata.name,
      ]),
      ...informers.others.map(informer => source(informer, platformOf)),
      // An AppNetwork's Certificate keeps the ClusterIssuer that it names.
      source(
        informers.certificates,
        () => [NETWORK_PLATFORM_NAME],
        ({ spec }) => spec?.issuerRef,
      ),
    ],
    concurrency: 1,
    signal,
  });
  return {
    enqueue: controller.enqueue,
    stopped: controller.stopped.then(() => runs.settled()),
  };
}

/**
 * The platform, for an object that is not an AppNetwork's: of what those become there are as many events as there are changes of applications.
 * Their owner's label has a dot, between namespace and name. One that is shortened for a long namespace has none, and costs a needless look.
 */
export function platformOf({ metadata }: KubernetesObject): string[] {
  return metadata.labels?.[OWNER_LABEL]?.includes('.')
    ? []
    : [NETWORK_PLATFORM_NAME];
}
