import type {
  ClusterSummary,
  EntityNetworks,
  NetworkPlatform,
  NetworkPlatformSpec,
  PlatformChange,
  PlatformPlan,
  ReleaseValues,
} from '@app-network/backstage-plugin-app-network-common';
import type { CompoundEntityRef } from '@backstage/catalog-model';
import { createApiRef } from '@backstage/core-plugin-api';

/**
 * What the backend of App Network answers.
 * Each method rejects with a ResponseError when the backend refuses, and with a TypeError when it cannot be reached.
 * @public
 */
export interface AppNetworkApi {
  /** All clusters of `appNetwork.clusters`, each with its health and its NetworkPlatform. */
  getClusters(): Promise<ClusterSummary[]>;

  /** The NetworkPlatform of a cluster; rejects with a NotFoundError where there is none. */
  getPlatform(cluster: string): Promise<NetworkPlatform>;

  /** What a change of a cluster's NetworkPlatform would do; nothing is written. */
  planPlatform(cluster: string, change: PlatformChange): Promise<PlatformPlan>;

  /** Makes the change that was planned; rejects with status 409 where the plan has become another one. */
  applyPlatform(
    cluster: string,
    change: { spec: NetworkPlatformSpec; planId: string },
  ): Promise<NetworkPlatform>;

  /** Starts the removal that was planned; rejects with status 409 where the plan has become another one. */
  removePlatform(
    cluster: string,
    removal: { planId: string; customResourceDefinitions?: 'Keep' | 'Delete' },
  ): Promise<void>;

  /** The values of a Helm release of the platform, and where they come from. */
  getReleaseValues(cluster: string, release: string): Promise<ReleaseValues>;

  /** The AppNetworks of an entity on every cluster that answers, and the clusters that don't. */
  getEntityNetworks(entityRef: CompoundEntityRef): Promise<EntityNetworks>;

  /**
   * Asks for an AppNetwork and all that was made for it to be deleted.
   * Resolves when the cluster has taken the request; the object goes once its finalizer has cleaned up.
   */
  deleteAppNetwork(ref: AppNetworkRef): Promise<void>;
}

/** Names an AppNetwork on a cluster. @public */
export interface AppNetworkRef {
  cluster: string;
  namespace: string;
  name: string;
}

/** @public */
export const appNetworkApiRef = createApiRef<AppNetworkApi>({
  id: 'plugin.app-network.client',
});
