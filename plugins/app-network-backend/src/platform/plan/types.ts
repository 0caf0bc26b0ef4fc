import type {
  KubernetesObject,
  NetworkPlatform,
  PlanProblem,
  PlatformPlan,
} from '@app-network/backstage-plugin-app-network-common';
import type { HelmRelease } from '../components/types';
import type { InstalledRelease } from '../installedReleases';
import type { Step } from '../nextStep';

/** Everything that a plan is made from, as it was read. */
export interface PlanInput {
  action: PlatformPlan['action'];
  platform: {
    /** As it is; undefined where there is none. */
    live: NetworkPlatform | undefined;
    /** As the API server would accept it; undefined where it is removed. */
    desired: NetworkPlatform | undefined;
  };
  releases: ReleaseInput[];
  /** The platform's own objects, besides what its charts bring. */
  own: {
    desired: KubernetesObject[];
    /** Those that are there, whether desired or not, and what has the names of those desired. */
    live: KubernetesObject[];
  };
  /** Whether CustomResourceDefinitions go with the releases that brought them. */
  deletesDefinitions: boolean;
  /** What was found on the way. */
  problems: PlanProblem[];
}

/** One Helm release, as it is and as it would be. */
export interface ReleaseInput {
  release: HelmRelease;
  step: Step;
  installed: InstalledRelease | undefined;
  /** Objects that the installed revision has brought. */
  manifest: KubernetesObject[];
  /** What the chart makes; undefined where nothing is to be made, or it can't be. */
  rendered: RenderedChart | undefined;
  /** Objects of both, as they are in the cluster; those that are there. */
  live: KubernetesObject[];
  /** The namespace is missing and would be made. */
  createsNamespace: boolean;
  /** Why it can't be rendered. */
  problem?: string;
}

/** A chart with its values, rendered for a cluster. */
export interface RenderedChart {
  objects: KubernetesObject[];
  /** CustomResourceDefinitions that Helm installs with the first revision and leaves alone ever after. */
  definitions: KubernetesObject[];
  /** Objects that Helm makes for a while, such as Jobs that run before or after. */
  hooks: KubernetesObject[];
  /** Digest of the chart, so that another chart is another plan. */
  chartDigest: string;
}
