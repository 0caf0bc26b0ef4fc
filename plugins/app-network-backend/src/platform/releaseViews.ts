import type {
  ComponentDrift,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { isDeleting } from '../engine/finalizer';
import type { ClusterFacts } from './clusterFacts';
import { isReady, type ReleaseView } from './componentStatus';
import { platformReleases } from './components/platformReleases';
import type { HelmRelease } from './components/types';
import { driftOf } from './drift/driftOf';
import { releaseDigest } from './helm';
import type { HelmRuns } from './helmRuns';
import type { PlatformInformers } from './informers';
import type { InstalledRelease, WorkloadRef } from './installedReleases';
import { nextStep } from './nextStep';
import { rolloutOf, type Workload } from './workloads';

/** Looks at all releases of a platform, as they should be and as they are; reads caches only. */
export async function releaseViews(options: {
  platform: NetworkPlatform;
  facts: ClusterFacts;
  installed: readonly InstalledRelease[];
  informers: PlatformInformers;
  runs: HelmRuns;
}): Promise<{
  /** Those that the spec speaks of, each after those it needs. */
  desired: ReleaseView[];
  /** Those and the ones that we installed where the spec has them no longer, such as in another namespace. */
  all: ReleaseView[];
}> {
  const { platform, facts, installed, informers, runs } = options;
  const wanted = platformReleases(platform, facts);
  const desired = isDeleting(platform)
    ? wanted.map(release => ({ ...release, enabled: false }))
    : wanted;
  const releases = [...obsoleteReleases(desired, installed), ...desired];

  const views: ReleaseView[] = [];
  for (const release of releases) {
    const found = installed.find(other => isSame(other, release));
    const digest = await releaseDigest(release);
    const waitsFor = release.enabled
      ? unready(release, found, views)
      : dependents(release, releases, installed);
    const drift = findDrift(release, digest, found, informers);
    views.push({
      release,
      digest,
      installed: found,
      step: nextStep({ release, digest, installed: found, waitsFor }),
      running: runs.running(release),
      failure: runs.failure(release, digest),
      rollout: rolloutOf(found?.workloads ?? [], ref =>
        findWorkload(informers, ref),
      ),
      podProblem: undefined,
      drift,
      driftMessage: '',
      leaves:
        isDeleting(platform) &&
        wanted.some(other => other.enabled && isSame(other, release)),
    });
  }
  return {
    all: views,
    desired: views.filter(({ release }) => desired.includes(release)),
  };
}

/** Only what is installed as it should be can have drifted. */
function findDrift(
  release: HelmRelease,
  digest: string,
  installed: InstalledRelease | undefined,
  { drift }: PlatformInformers,
): ComponentDrift[] {
  return release.enabled &&
    !release.existing &&
    installed?.ours &&
    installed.status === 'deployed' &&
    installed.digest === digest
    ? driftOf(installed.objects, drift)
    : [];
}

/** A workload as the cache has it. */
export function findWorkload(
  { workloads }: PlatformInformers,
  { kind, namespace, name }: WorkloadRef,
): Workload | undefined {
  return workloads[kind].get(namespace, name);
}

/** Releases of ours that are where the spec has them no longer. */
export function obsoleteReleases(
  desired: HelmRelease[],
  installed: readonly InstalledRelease[],
): HelmRelease[] {
  return installed
    .filter(
      found => found.ours && !desired.some(release => isSame(found, release)),
    )
    .flatMap(({ release, namespace }) =>
      desired
        .filter(other => other.release === release)
        .map(other => ({ ...other, namespace, enabled: false })),
    );
}

/** What a release needs and is not ready yet, and what has its name elsewhere and is still to be removed. */
function unready(
  release: HelmRelease,
  installed: InstalledRelease | undefined,
  views: ReleaseView[],
): string[] {
  const needs = release.needs.filter(
    name =>
      installed?.deployedVersion || !release.comesUpWithout?.includes(name),
  );
  const others = views
    .filter(
      view =>
        (needs.includes(view.release.release) &&
          (view.release.enabled || view.release.existing) &&
          !isReady(view)) ||
        (view.release.release === release.release && !isGone(view)),
    )
    .map(view => view.release.release);
  return [...others, ...(release.awaits ?? [])];
}

/** What needs a release and is still there. */
function dependents(
  release: HelmRelease,
  releases: HelmRelease[],
  installed: readonly InstalledRelease[],
): string[] {
  return releases
    .filter(
      other =>
        other.needs.includes(release.release) &&
        installed.some(found => found.ours && isSame(found, other)),
    )
    .map(other => other.release);
}

/** Whether nothing of a release that is not wanted is left to remove. */
export function isGone({ release, step, running }: ReleaseView): boolean {
  return !release.enabled && step.action === 'none' && !running;
}

/** Whether two are the same Helm release. */
export function isSame(
  a: { namespace: string; release: string },
  b: { namespace: string; release: string },
): boolean {
  return a.namespace === b.namespace && a.release === b.release;
}
