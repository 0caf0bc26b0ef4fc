import {
  FINALIZER,
  withDefaults,
  type ComponentStatus,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import {
  ensureFinalizer,
  isDeleting,
  removeFinalizer,
} from '../engine/finalizer';
import { objectRef } from '../engine/objects';
import { reconcileOwned } from '../engine/reconcileOwned';
import { writeStatus } from '../engine/status';
import type {
  Cluster,
  Reconciler,
  ReconcileOwnedResult,
} from '../engine/types';
import { serviceAddresses } from './addresses';
import { componentStatus, isReady, type ReleaseView } from './componentStatus';
import { INGRESS_GATEWAY, ingressGatewayNamespace } from './components/istio';
import { platformIssuer } from './facts';
import type { HelmRuns } from './helmRuns';
import type { PlatformInformers } from './informers';
import { createPodProblems } from './podProblems';
import { findWorkload, isGone, releaseViews } from './releaseViews';
import { PLATFORM_KINDS, renderPlatform } from './render/render';
import { createRetries, type Failure, type Retries } from './retries';
import { blockedStatus, platformStatus } from './status';

export interface PlatformReconcilerOptions {
  cluster: Cluster;
  informers: PlatformInformers;
  runs: HelmRuns;
}

/** While something is on its way its status tells how far it is, this often, in milliseconds. */
const PROGRESS_MS = 2_000;

/** Pods that don't come up are looked at again this often, in milliseconds. */
const FAILED_MS = 15_000;

/** Brings a cluster to what its NetworkPlatform says, one look at a time; Helm runs beside it. */
export function createPlatformReconciler(
  options: PlatformReconcilerOptions,
): Reconciler {
  const { cluster, informers, runs } = options;
  const { client } = cluster;
  const podProblems = createPodProblems();
  const objectRetries = createRetries({ baseDelayMs: 500, maxDelayMs: 60_000 });

  return {
    async reconcile(key) {
      const platform = informers.platforms.get(undefined, key);
      if (!platform) {
        return {};
      }
      const now = new Date();
      const blocked = informers.required.find(({ hasSynced }) => !hasSynced);
      if (blocked) {
        await writeStatus(
          client,
          platform,
          blockedStatus(platform, blocked.message, now),
        );
        return {};
      }
      await ensureFinalizer(client, platform, FINALIZER);

      const views = await releaseViews({ platform, informers, runs });
      const owned = await reconcileObjects(cluster, platform, views.desired);
      if (isDeleting(platform) && views.all.every(isGone) && isCleared(owned)) {
        await removeFinalizer(client, platform, FINALIZER);
        return {};
      }
      startRuns(runs, platform, views.all);
      for (const view of views.desired) {
        view.podProblem = await podProblems.find(
          client,
          view,
          (view.installed?.workloads ?? [])
            .map(ref => findWorkload(informers, ref))
            .filter(workload => workload !== undefined),
        );
      }

      const components = views.desired.map(view =>
        componentStatus(view, previousStatus(platform, view), now),
      );
      await writeStatus(
        client,
        platform,
        platformStatus({
          platform,
          components,
          owned,
          ...observe(informers, platform),
          now,
        }),
      );

      noteFailures(objectRetries, platform, owned);
      return nextLook(
        components,
        views.all.map(view => (view.running ? undefined : view.failure)),
        objectRetries.find(key, attemptOf(platform)),
      );
    },
  };
}

/**
 * Writes the platform's own objects. One whose release is not ready to take it is left as it is: neither written nor removed.
 */
async function reconcileObjects(
  cluster: Cluster,
  platform: NetworkPlatform,
  views: ReleaseView[],
): Promise<ReconcileOwnedResult> {
  const objects = isDeleting(platform) ? [] : renderPlatform(platform).objects;
  const isOpen = (needed: string) =>
    views
      .filter(({ release }) => release.release === needed)
      .every(view => !view.release.enabled || isReady(view));
  return reconcileOwned(cluster, {
    owner: { name: platform.metadata.name },
    desired: objects
      .filter(({ needs }) => isOpen(needs))
      .map(({ object }) => object),
    retained: objects
      .filter(({ needs }) => !isOpen(needs))
      .map(({ object }) => objectRef(object)),
    kinds: PLATFORM_KINDS,
  });
}

/** Starts what can be started now. */
function startRuns(
  runs: HelmRuns,
  platform: NetworkPlatform,
  views: ReleaseView[],
): void {
  for (const view of views) {
    const { release, digest, step, failure } = view;
    const due = !failure || failure.retryAt <= Date.now();
    if (due && (step.action === 'upgrade' || step.action === 'uninstall')) {
      runs.start({
        release,
        digest,
        action: step.action,
        platform: platform.metadata.name,
      });
      view.running = runs.running(release);
    }
  }
}

function previousStatus(
  { status }: NetworkPlatform,
  { release }: ReleaseView,
): ComponentStatus | undefined {
  return status?.components?.find(other => other.release === release.release);
}

/** What the status tells besides the components. */
function observe(informers: PlatformInformers, platform: NetworkPlatform) {
  const spec = withDefaults(platform).spec ?? {};
  const { addresses, message } = serviceAddresses(
    informers.services.get(ingressGatewayNamespace(spec), INGRESS_GATEWAY),
  );
  return {
    addresses,
    addressMessage: message,
    issuer: informers.issuers.get(undefined, platformIssuer(spec).name),
    certificateProblems: renderPlatform(platform).certificateProblems,
  };
}

/** Whether none of the platform's own objects is left. */
function isCleared({ pruned, deleting, failures }: ReconcileOwnedResult) {
  return (
    pruned.length === 0 &&
    deleting.length === 0 &&
    failures.every(({ kindMissing }) => kindMissing)
  );
}

/** Objects that could not be written are tried again, later each time; what makes us look in between doesn't count. */
function noteFailures(
  retries: Retries,
  platform: NetworkPlatform,
  { failures }: ReconcileOwnedResult,
): void {
  const { name } = platform.metadata;
  const attempt = attemptOf(platform);
  const due = (retries.find(name, attempt)?.retryAt ?? 0) <= Date.now();
  if (failures.length === 0) {
    retries.succeeded(name);
  } else if (due) {
    retries.failed(name, attempt, failures[0].message);
  }
}

function attemptOf({ metadata }: NetworkPlatform): string {
  return String(metadata.generation);
}

/** When to look again though nothing changes: for progress, and for what is to be tried again. */
function nextLook(
  components: ComponentStatus[],
  runFailures: (Failure | undefined)[],
  objectFailure: Failure | undefined,
): { requeueAfterMs?: number } {
  const delays = [
    ...components.map(({ state }) => PROGRESS[state]),
    ...[...runFailures, objectFailure].map(
      failure => failure && Math.max(0, failure.retryAt - Date.now()),
    ),
  ].filter(delay => delay !== undefined);
  return delays.length > 0 ? { requeueAfterMs: Math.min(...delays) } : {};
}

const PROGRESS: Partial<Record<ComponentStatus['state'], number>> = {
  Installing: PROGRESS_MS,
  Upgrading: PROGRESS_MS,
  Removing: PROGRESS_MS,
  Failed: FAILED_MS,
};
