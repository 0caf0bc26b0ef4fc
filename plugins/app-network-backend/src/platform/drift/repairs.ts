import type { LoggerService } from '@backstage/backend-plugin-api';
import type { NetworkPlatform } from '@app-network/backstage-plugin-app-network-common';
import type { ReleaseView } from '../componentStatus';
import type { HelmRuns } from '../helmRuns';
import { createRetries, type Failure } from '../retries';

/** Puts right what somebody has changed or deleted of what Helm brought. */
export interface Repairs {
  /**
   * Starts what can be started now, and says in the views why the rest isn't.
   *
   * @returns when to look again at what waits
   */
  reconcile(
    platform: NetworkPlatform,
    views: readonly ReleaseView[],
  ): Failure[];
}

/** The caches learn of what Helm has put right within this time, in milliseconds. */
const SETTLING_MS = 3_000;

export function createRepairs(options: {
  cluster: string;
  runs: HelmRuns;
  logger: LoggerService;
}): Repairs {
  const { cluster, runs, logger } = options;
  // What is otherwise again right after it was put right is somebody's who will not give in; then it is tried ever less often.
  const retries = createRetries({ baseDelayMs: 10_000, maxDelayMs: 600_000 });
  const started = new Map<string, number>();

  const repair = (
    platform: NetworkPlatform,
    view: ReleaseView,
  ): Failure | undefined => {
    const { release, digest, drift } = view;
    const key = `${release.namespace}/${release.release}`;
    const attempt = JSON.stringify([
      digest,
      drift.map(({ ref, field }) => [ref, field]),
    ]);
    const last = retries.find(key, attempt);
    if (!last || last.retryAt <= Date.now()) {
      const message = drift.map(other => other.message).join(' ');
      logger.info(
        `${release.release} on cluster ${cluster} is put right: ${message}`,
      );
      retries.failed(key, attempt, message);
      started.set(key, Date.now());
      runs.start({
        release,
        digest,
        action: 'upgrade',
        repair: true,
        platform: platform.metadata.name,
      });
      view.running = runs.running(release);
      return undefined;
    }
    const settled = (started.get(key) ?? 0) + SETTLING_MS;
    if (settled > Date.now()) {
      view.drift = [];
      return { ...last, retryAt: settled };
    }
    view.driftMessage = `It was put right and is otherwise again: somebody else writes it. It is put right again at ${new Date(
      last.retryAt,
    ).toISOString()}; stop who writes it, or set it in the values.`;
    return last;
  };

  return {
    reconcile(platform, views) {
      const drifted = views.filter(
        ({ drift, running }) => drift.length > 0 && !running,
      );
      if (platform.spec?.driftPolicy === 'Report') {
        for (const view of drifted) {
          view.driftMessage =
            'It is left as it is, because spec.driftPolicy is Report.';
        }
        return [];
      }
      return drifted
        .map(view => repair(platform, view))
        .filter(failure => failure !== undefined);
    },
  };
}
