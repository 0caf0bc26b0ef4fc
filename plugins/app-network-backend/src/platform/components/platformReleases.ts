import {
  withDefaults,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { certManagerReleases } from './certManager';
import { istioReleases } from './istio';
import type { HelmRelease } from './types';

/** All Helm releases that a platform may have, each after those that it needs; those that are not wanted have `enabled: false`. */
export function platformReleases(platform: NetworkPlatform): HelmRelease[] {
  const spec = withDefaults(platform).spec ?? {};
  return [...certManagerReleases(spec), ...istioReleases(spec)];
}
