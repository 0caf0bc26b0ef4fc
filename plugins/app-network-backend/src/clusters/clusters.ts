import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import { OWN_NAMESPACE } from './namespace';
import { monitorCluster } from './clusterMonitor';
import type { ClusterConfig } from './config';
import type { ClusterHooks } from './connectCluster';
import type { ClusterRegistry } from './types';

export interface ClustersOptions extends ClusterHooks {
  /** From readClusters. */
  configs: ClusterConfig[];
  logger: LoggerService;
  /** Namespace of the lease that one backend at a time holds; made where it is missing. Default: app-network. */
  leaseNamespace?: string;
  /** How often a cluster that answers is asked whether it still does, in milliseconds; default 10 seconds. */
  probePeriodMs?: number;
}

/** Connects to the clusters of app-config, each on its own. */
export function createClusters(options: ClustersOptions): ClusterRegistry {
  const { configs, leaseNamespace = OWN_NAMESPACE } = options;
  const stop = new AbortController();
  const identity = `${hostname()}_${randomUUID()}`;
  const monitors = new Map(
    configs.map(config => [
      config.name,
      monitorCluster({
        ...options,
        config,
        identity,
        leaseNamespace,
        signal: stop.signal,
      }),
    ]),
  );

  return {
    list: () => [...monitors.values()].map(({ summary }) => summary()),
    get(name) {
      const monitor = monitors.get(name);
      if (!monitor) {
        const names = [...monitors.keys()].join(', ') || 'none';
        throw new NotFoundError(
          `there is no cluster ${name} in appNetwork.clusters of app-config; it has ${names}`,
        );
      }
      const cluster = monitor.cluster();
      if (!cluster) {
        throw new ServiceUnavailableError(
          `cluster ${name} is not connected: ${monitor.summary().message}`,
        );
      }
      return cluster;
    },
    connected: () =>
      [...monitors.values()].flatMap(({ cluster }) => cluster() ?? []),
    async stop() {
      stop.abort();
      await Promise.all([...monitors.values()].map(({ stopped }) => stopped));
    },
  };
}
