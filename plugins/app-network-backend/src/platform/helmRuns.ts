import type { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import type { Cluster } from '../engine/types';
import type { ChartStore } from './charts/chartStore';
import type { HelmRelease } from './components/types';
import type { Helm } from './helm';
import {
  readInstalledReleases,
  type InstalledRelease,
  type ReleaseSecret,
} from './installedReleases';
import { ensureNamespace } from './namespaces';
import { nextStep } from './nextStep';
import { createRetries, type Failure } from './retries';

/** Runs of Helm, beside the reconciler, because they take longer than it should. At most one for each release. */
export interface HelmRuns {
  /**
   * Does what {@link nextStep} finds to do about a release, unless a run for just that is under way. A run for something else, which is no
   * longer wanted, is ended instead; `onEnd` tells when.
   */
  start(run: HelmRun): void;
  running(release: ReleaseKey): 'upgrade' | 'uninstall' | undefined;
  /** How the last run of the same digest, from the same approved chart, failed; undefined where it did not. */
  failure(release: HelmRelease, digest: string): Failure | undefined;
  /** Resolves when no run is under way. */
  settled(): Promise<void>;
}

export interface HelmRun {
  release: HelmRelease;
  digest: string;
  action: 'upgrade' | 'uninstall';
  /** Whether something is to be put right, though chart and values are as they were. */
  repair?: boolean;
  /** Name of the NetworkPlatform. */
  platform: string;
}

interface ReleaseKey {
  namespace: string;
  release: string;
}

export interface HelmRunsOptions {
  cluster: Cluster;
  helm: Helm;
  charts: ChartStore;
  logger: LoggerService;
  /** Told when a run has ended. */
  onEnd: () => void;
  /** Ends all runs. */
  signal: AbortSignal;
}

export function createHelmRuns(options: HelmRunsOptions): HelmRuns {
  const { cluster, logger, onEnd, signal } = options;
  const runs = new Map<
    string,
    HelmRun & { end: AbortController; done: Promise<void> }
  >();
  const retries = createRetries({ baseDelayMs: 5_000, maxDelayMs: 300_000 });

  const runLogged = async (run: HelmRun, ended: AbortSignal) => {
    const { release, digest, action } = run;
    const what = `${action} of ${release.release} in namespace ${release.namespace} on cluster ${cluster.name}`;
    const started = performance.now();
    try {
      if (await runHelm({ ...options, signal: ended }, run)) {
        const took = ((performance.now() - started) / 1000).toFixed(1);
        logger.info(`Helm's ${what} is done after ${took} s`);
      }
      retries.succeeded(keyOf(release));
    } catch (error) {
      if (!ended.aborted) {
        const message = isError(error) ? error.message : String(error);
        logger.warn(`Helm's ${what} failed: ${message}`);
        retries.failed(keyOf(release), attemptOf(release, digest), message);
      }
    }
  };

  return {
    start(run) {
      const key = keyOf(run.release);
      const underWay = runs.get(key);
      if (underWay) {
        if (underWay.digest !== run.digest || underWay.action !== run.action) {
          underWay.end.abort();
        }
        return;
      }
      if (signal.aborted) {
        return;
      }
      const end = new AbortController();
      const done = runLogged(
        run,
        AbortSignal.any([signal, end.signal]),
      ).finally(() => {
        runs.delete(key);
        onEnd();
      });
      runs.set(key, { ...run, end, done });
    },
    running: release => runs.get(keyOf(release))?.action,
    failure: (release, digest) =>
      retries.find(keyOf(release), attemptOf(release, digest)),
    async settled() {
      await Promise.all([...runs.values()].map(({ done }) => done));
    },
  };
}

/**
 * Looks at the release as it is now, for a cache may be behind our own last run, and does what is still to be done.
 *
 * @returns whether something was
 */
async function runHelm(
  { cluster, helm, charts, signal }: HelmRunsOptions,
  { release, digest, platform, repair }: HelmRun,
): Promise<boolean> {
  const installed = await readInstalled(cluster, release);
  const step = nextStep({
    release,
    digest,
    installed,
    waitsFor: [],
    repair,
  });
  if (step.action === 'upgrade') {
    const chart = await charts.find(release, { signal });
    if (step.unfinished) {
      await cluster.client.delete({
        apiVersion: 'v1',
        kind: 'Secret',
        ...step.unfinished,
      });
    }
    await ensureNamespace(cluster.client, release.namespace, platform);
    await helm.upgrade(cluster.kubeconfig(), release, {
      chart,
      platform,
      digest,
      signal,
    });
    return true;
  }
  if (step.action === 'uninstall') {
    await helm.uninstall(cluster.kubeconfig(), release, { signal });
    return true;
  }
  return false;
}

async function readInstalled(
  { client }: Cluster,
  { release, namespace }: ReleaseKey,
): Promise<InstalledRelease | undefined> {
  const secrets = await client.list<ReleaseSecret>(
    { apiVersion: 'v1', kind: 'Secret' },
    { namespace, labelSelector: `owner=helm,name=${release}` },
  );
  return (await readInstalledReleases(secrets))[0];
}

/** Where another chart was approved, that is tried at once. */
function attemptOf({ approved = '' }: HelmRelease, digest: string): string {
  return `${digest} ${approved}`;
}

function keyOf({ namespace, release }: ReleaseKey): string {
  return `${namespace}/${release}`;
}
