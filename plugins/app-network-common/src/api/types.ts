import type { AppNetwork, AppNetworkRouteMatch } from '../kinds/appNetwork';
import type { KubernetesObject, ObjectRef } from '../kinds/meta';
import type { NetworkPlatform } from '../kinds/networkPlatform';

/**
 * Health of a cluster as the backend sees it.
 * @public
 */
export interface ClusterSummary {
  /** Name in `appNetwork.clusters`. */
  name: string;
  /** Name for people; default: the name. */
  title: string;
  /** Connecting until the first answer; Unreachable after a failed call; Ready when the API server answers and the caches are filled. */
  state: 'Connecting' | 'Ready' | 'Degraded' | 'Unreachable';
  /** What is wrong, where, and what to do; empty when Ready. */
  message: string;
  /** Version of Kubernetes, such as v1.36.3; absent before the first answer. */
  version?: string;
  /** The cluster's NetworkPlatform, where there is one. */
  platform?: NetworkPlatform;
}

/** A route of an AppNetwork as the gateway tries it: first match wins. @public */
export interface RouteView {
  /** Hostnames that the route serves. */
  hostnames: string[];
  /** Absent: every request. */
  match?: AppNetworkRouteMatch;
  backends: { service: string; port?: number; weight: number }[];
}

/** An object that an AppNetwork became. @public */
export interface ObjectView {
  ref: ObjectRef;
  /** Missing: it should be there and is not. Progressing: it is not ready yet. */
  state: 'Ready' | 'Progressing' | 'Missing' | 'Failed';
  /** Why, for a person; empty when Ready. */
  message: string;
  /** The object itself, without managed fields; Secrets never show their data. */
  object?: KubernetesObject;
}

/** An AppNetwork on a cluster, with what it became. @public */
export interface AppNetworkView {
  cluster: string;
  appNetwork: AppNetwork;
  routes: RouteView[];
  objects: ObjectView[];
}

/** What an entity's Network tab shows. @public */
export interface EntityNetworks {
  items: AppNetworkView[];
  /** Clusters that could not be asked; the others are in `items`. */
  errors: { cluster: string; message: string }[];
  /** Clusters that were asked. */
  clusters: ClusterSummary[];
}
