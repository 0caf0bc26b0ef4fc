import type {
  AppNetwork,
  AppNetworkRouteMatch,
  AppNetworkSpec,
} from '../kinds/appNetwork';
import type { KubernetesObject, ObjectRef } from '../kinds/meta';
import type {
  NetworkPlatform,
  NetworkPlatformSpec,
} from '../kinds/networkPlatform';

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

/** What a user wants of an AppNetwork; namespace and name stand in the address. @public */
export interface AppNetworkInput {
  /** Added to the labels that others have set; `backstage.io/kubernetes-id` ties it to a catalog entity. */
  labels?: Record<string, string>;
  /** Added to the annotations that others have set. */
  annotations?: Record<string, string>;
  spec?: AppNetworkSpec;
}

/** What was done with one manifest of a workload. @public */
export interface AppliedObject {
  ref: ObjectRef;
  /** Used: a Namespace that was there already. */
  action: 'Created' | 'Changed' | 'Unchanged' | 'Used';
}

/** How far the rollout of a Deployment is. @public */
export interface RolloutView {
  ref: ObjectRef;
  /** Changes with every change of the rollout. */
  version: string;
  state: 'Progressing' | 'Available' | 'Failed';
  /** What it waits for or why it failed, with the pod's name; empty when Available. */
  message: string;
  /** Pods that are wanted. */
  replicas: number;
  /** Pods of the wanted version that serve. */
  available: number;
}

/** What would become of an object. @public */
export interface PlannedObject {
  ref: ObjectRef;
  action: 'Create' | 'Change' | 'Delete';
  /** Helm release that it belongs to; absent: it is the platform's own. */
  release?: string;
  /** The object as it is, as YAML; absent where it is created. What Secrets keep is hidden. */
  before?: string;
  /** The object as it would be, as YAML; absent where it is deleted. */
  after?: string;
  /** Unified diff of the two; absent where one of them is. */
  diff?: string;
  /** What else there is to know, such as what goes with it. */
  note?: string;
}

/** What would become of a Helm release of the platform. @public */
export interface PlannedRelease {
  release: string;
  namespace: string;
  /** Component of the spec. */
  component: string;
  chart: string;
  /** Version of the chart that would be there. */
  version?: string;
  /** Version of the chart that is there. */
  installedVersion?: string;
  /** Use: it was there already, and is used and left alone. Refuse: it can't be done, and a problem says why. */
  action: 'Install' | 'Upgrade' | 'Remove' | 'None' | 'Use' | 'Refuse';
  /** More on it; may be empty. */
  message: string;
}

/** A chart of a repository, as it was pulled for a plan. @public */
export interface PlannedChart {
  /** `<address>:<version>`. */
  address: string;
  /** SHA-256 of the packed chart, in hexadecimal. */
  digest: string;
}

/** Something that stands in the way of a plan, or that a person should know before approving it. @public */
export interface PlanProblem {
  /** Error: this part can't be done; the rest can. Warning: it can. */
  severity: 'Error' | 'Warning';
  /** What it is about: a Helm release, an object, or a field. */
  subject: string;
  message: string;
}

/** What a change of a cluster's NetworkPlatform would do, object by object. @public */
export interface PlatformPlan {
  /** Digest of everything in the plan: the same plan has the same id. */
  id: string;
  action: 'Install' | 'Change' | 'Remove';
  problems: PlanProblem[];
  releases: PlannedRelease[];
  /** What the approval is of besides: a chart that a repository has under the same version later is not installed. */
  charts: PlannedChart[];
  objects: PlannedObject[];
  /** Objects that stay although what they came with goes. */
  kept: { ref: ObjectRef; reason: string }[];
}

/** What to plan: another spec, or the removal of the platform. @public */
export type PlatformChange =
  | { spec: NetworkPlatformSpec; remove?: never }
  | {
      spec?: never;
      remove: {
        /** Whether the kinds that the charts brought go too, and all objects of these kinds; default: what the platform's spec says. */
        customResourceDefinitions?: 'Keep' | 'Delete';
      };
    };

/** The values of a Helm release, and where they come from. @public */
export interface ReleaseValues {
  release: string;
  chart: string;
  version?: string;
  /** Set by the profile and the fields of the spec. */
  profile: Record<string, unknown>;
  /** The spec's `values`, which win. */
  user: Record<string, unknown>;
  /** What the chart is given: both, merged. Its own defaults are below. */
  merged: Record<string, unknown>;
}

/** Channel of the signals service on which changes of status are told. @public */
export const APP_NETWORK_SIGNAL_CHANNEL = 'app-network';

/** Message on {@link APP_NETWORK_SIGNAL_CHANNEL}: the object changed, read it again. @public */
export type AppNetworkSignal = {
  cluster: string;
  kind: 'AppNetwork' | 'NetworkPlatform';
  /** Absent for a NetworkPlatform. */
  namespace?: string;
  name: string;
};
