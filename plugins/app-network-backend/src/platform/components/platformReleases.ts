import {
  withDefaults,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { DEFAULT_PLATFORM } from '../../kinds';
import { approvedDigest } from '../charts/approvedCharts';
import { NO_FACTS, type ClusterFacts } from '../clusterFacts';
import { EXISTING_RELEASES } from '../existing/existing';
import { certManagerReleases } from './certManager';
import { ingressNginxReleases } from './ingressNginx';
import { externalDnsReleases } from './externalDns';
import { istioReleases } from './istio';
import type { Component, HelmRelease } from './types';

/** All Helm releases that a platform may have, each after those that it needs; those that are not wanted have `enabled: false`. */
export function platformReleases(
  platform: NetworkPlatform,
  facts: ClusterFacts = NO_FACTS,
): HelmRelease[] {
  const spec = withDefaults(platform).spec ?? {};
  return COMPONENTS.flatMap(releases => releases(spec, facts)).map(release => {
    const name = EXISTING_RELEASES[release.release];
    const existing = name && facts.existing[name];
    const approved = approvedDigest(platform, release);
    return {
      ...release,
      ...(approved ? { approved } : {}),
      ...(existing ? { existing } : {}),
    };
  });
}

const COMPONENTS: Component[] = [
  certManagerReleases,
  istioReleases,
  ingressNginxReleases,
  externalDnsReleases,
];

/** The names of all releases, whatever the spec says. */
export function releaseNames(): string[] {
  return platformReleases(DEFAULT_PLATFORM).map(({ release }) => release);
}
