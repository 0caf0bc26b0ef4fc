import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import type { Cluster } from '../engine/types';

/** The clusters of app-config, each connected on its own: one that can't be reached doesn't hold up another. */
export interface ClusterRegistry {
  /** Every cluster of `appNetwork.clusters`, in its order, with its health (without its NetworkPlatform). */
  list(): ClusterSummary[];
  /**
   * A cluster's client and caches.
   *
   * @throws NotFoundError where app-config has no such cluster; ServiceUnavailableError, saying why, while there is no connection to it
   */
  get(name: string): Cluster;
  /** The clusters that there is a connection to, so {@link ClusterRegistry.get} gives them. */
  connected(): Cluster[];
  /** Ends all controllers, gives the leases back, and closes the connections. */
  stop(): Promise<void>;
}

/** What to do with a cluster. The signal ends it; the promise resolves when all that it has started has ended. */
export type ClusterHook = (
  cluster: Cluster,
  signal: AbortSignal,
) => void | Promise<void>;
