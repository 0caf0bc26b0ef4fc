import type {
  ChartSource,
  NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type { JsonObject } from '@backstage/types';
import type { ClusterFacts } from '../clusterFacts';
import type { ExistingComponent } from '../existing/existing';

/** A component of the spec. */
export type ComponentName = keyof NonNullable<
  NetworkPlatformSpec['components']
>;

/** One Helm release of the platform, as it should be. */
export interface HelmRelease {
  /** Component of the spec that it belongs to. */
  component: ComponentName;
  /** Name of the release. */
  release: string;
  namespace: string;
  /** False: not installed, and removed where the platform installed it. */
  enabled: boolean;
  /** Name of the chart, for people, and in a repository. */
  chart: string;
  /** Where the chart comes from: one of repository, oci and path. */
  source: ChartSource;
  /** Whether the chart's schema of its values refers to others on the internet, which the backend may not reach; then it isn't looked at. */
  schemaIsRemote?: boolean;
  /** Version of the chart; undefined where a path says which one it is. */
  version?: string;
  /** SHA-256 of the chart of a repository that was approved with a plan; nothing else is installed. Undefined where none was. */
  approved?: string;
  /** Values for the chart: the profile's with the user's over them. */
  values: JsonObject;
  /** What the values are merged from. */
  layers: { profile: JsonObject; user: JsonObject };
  /** Names of the releases that must be ready before this one is installed, and that are removed after it. */
  needs: string[];
  /** Those of {@link needs} that it comes up without: it waits for them when it is upgraded, not when it is installed. */
  comesUpWithout?: string[];
  /** What does its job already and is not the platform's; then it is not installed. */
  existing?: ExistingComponent;
  /** What its values can't be made without and isn't known yet, for people; it is left as it is until then. */
  awaits?: string[];
}

/** A component of the platform: its releases, each after those that it needs. */
export type Component = (
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
) => HelmRelease[];
