import type {
  AppliedObject,
  AppNetwork,
  AppNetworkInput,
  AppNetworkRef,
  AppNetworkView,
  ClusterSummary,
  Condition,
  KubernetesObject,
  RolloutView,
} from '@app-network/backstage-plugin-app-network-common';
import type { BackstageCredentials } from '@backstage/backend-plugin-api';

/**
 * Options of every call.
 * @public
 */
export interface AppNetworkServiceOptions {
  /** On whose behalf it is done; their permissions decide. */
  credentials: BackstageCredentials;
  /** Ends the call, and the wait of those that wait. */
  signal?: AbortSignal;
}

/**
 * How an AppNetwork is getting on.
 * @public
 */
export interface AppNetworkProgress {
  appNetwork: AppNetwork;
  /** Conditions that are new, or whose status, reason or message is another than in the progress before. */
  changed: Condition[];
  /** The condition Ready is True and speaks of the current spec. */
  ready: boolean;
}

/**
 * Applications on the network, for other backend plugins and modules. Every call fails with the error of `@backstage/errors` that the
 * backend of App Network answered, in whose message stands what it, or the API server behind it, refused.
 * @public
 */
export interface AppNetworkService {
  getClusters(options: AppNetworkServiceOptions): Promise<ClusterSummary[]>;

  /**
   * The name of the cluster to use.
   *
   * @param cluster - what the user chose; may be left out where there is only one
   * @throws InputError naming the clusters to choose from
   */
  resolveCluster(
    cluster: string | undefined,
    options: AppNetworkServiceOptions,
  ): Promise<string>;

  /** Creates or changes an AppNetwork; what others have set on it stays, or is a conflict where it differs. */
  apply(
    ref: AppNetworkRef,
    input: AppNetworkInput,
    options: AppNetworkServiceOptions & { dryRun?: boolean },
  ): Promise<AppNetwork>;

  /** Undefined where there is none. */
  get(
    ref: AppNetworkRef,
    options: AppNetworkServiceOptions,
  ): Promise<AppNetworkView | undefined>;

  /** Starts its deletion; {@link AppNetworkService.waitUntilDeleted} waits for the end. One that is gone is no error. */
  delete(ref: AppNetworkRef, options: AppNetworkServiceOptions): Promise<void>;

  /** Applies Namespaces, ServiceAccounts, ConfigMaps, Services and Deployments; every other kind is refused. */
  deploy(
    cluster: string,
    workload: { namespace?: string; manifests: KubernetesObject[] },
    options: AppNetworkServiceOptions & { dryRun?: boolean },
  ): Promise<AppliedObject[]>;

  /**
   * Follows an AppNetwork until it is Ready: gives how it is at once, and then whenever its conditions change. The last that it gives is
   * ready; it ends without one when the signal is aborted.
   */
  waitUntilReady(
    ref: AppNetworkRef,
    options: AppNetworkServiceOptions,
  ): AsyncIterable<AppNetworkProgress>;

  /** Follows the deletion of an AppNetwork: gives it whenever it changes, and ends when it is gone or the signal is aborted. */
  waitUntilDeleted(
    ref: AppNetworkRef,
    options: AppNetworkServiceOptions,
  ): AsyncIterable<AppNetwork>;

  /**
   * Follows the rollout of a Deployment: gives how it is at once, and then whenever it changes. The last that it gives is Available or
   * Failed; it ends without one when the signal is aborted.
   */
  waitUntilAvailable(
    deployment: AppNetworkRef,
    options: AppNetworkServiceOptions,
  ): AsyncIterable<RolloutView>;
}
