import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  FINALIZER,
  withDefaults,
  type ComponentStatus,
  type KubernetesObject,
  type NetworkPlatform,
  type SystemComponentStatus,
} from '@app-network/backstage-plugin-app-network-common';
import type { AdmissionController } from '../admission/controller';
import {
  ensureFinalizer,
  isDeleting,
  removeFinalizer,
} from '../engine/finalizer';
import { writeStatus } from '../engine/status';
import type { KubernetesClient, Reconciler } from '../engine/types';
import { serviceAddresses } from './addresses';
import { readGivenCa } from './certificates/certificateAuthority';
import { readClusterFacts, type ClusterFacts } from './clusterFacts';
import { componentStatus, type ReleaseView } from './componentStatus';
import { issuanceCause } from './certificates/issuance';
import { platformIssuer } from './certificates/platformIssuer';
import { platformReleases } from './components/platformReleases';
import type { Repairs } from './drift/repairs';
import { withExisting } from './existing/existing';
import type { PlatformDns } from './dns/platformDns';
import type { HelmRuns } from './helmRuns';
import type { PlatformInformers } from './informers';
import { ingressGatewayService } from './ingressGatewayService';
import { readInstalledReleases } from './installedReleases';
import type { OwnedObjects, OwnedObjectsResult } from './ownedObjects';
import { createPodProblems } from './podProblems';
import { findWorkload, isGone, releaseViews } from './releaseViews';
import { logProgress } from './progressLog';
import { renderPlatform } from './render/render';
import type { Failure } from './retries';
import { blockedStatus, platformStatus, removingStatus } from './status';
import { removeRest } from './uninstall/uninstall';
import { createMembers } from './systemComponents/members';
import {
  needsMesh,
  type SystemComponentObservation,
} from './systemComponents/meshStatus';
import { systemComponentStatus } from './systemComponents/status';

export interface PlatformReconcilerOptions {
  client: KubernetesClient;
  informers: PlatformInformers;
  runs: HelmRuns;
  objects: OwnedObjects;
  dns: PlatformDns;
  repairs: Repairs;
  /** Absent where there is no admission webhook, nor one to be removed. */
  admission?: Pick<AdmissionController, 'observe'>;
  /** Name of the cluster, for the log. */
  cluster: string;
  logger: LoggerService;
}

/** While something is on its way its status tells how far it is, this often, in milliseconds. */
const PROGRESS_MS = 2_000;

/** What is still being removed is looked at again this often, in milliseconds. */
const REMOVAL_MS = 1_000;

/** Pods that don't come up are looked at again this often, in milliseconds. */
const FAILED_MS = 15_000;

/** What is somebody else's is looked at again this often, in milliseconds: no informer follows a given CA, or a name that is taken. */
const NOT_OURS_MS = 60_000;

/** Brings a cluster to what its NetworkPlatform says, one look at a time; Helm runs beside it. */
export function createPlatformReconciler(
  options: PlatformReconcilerOptions,
): Reconciler {
  const { client, informers, runs, objects, dns, repairs, admission } = options;
  const { cluster, logger } = options;
  const podProblems = createPodProblems();
  const members = createMembers({ client, informers });

  return {
    async reconcile(key) {
      const written = informers.platforms.get(undefined, key);
      if (!written) {
        return {};
      }
      const now = new Date();
      const blocked = informers.required.find(({ hasSynced }) => !hasSynced);
      if (blocked) {
        await writeStatus(
          client,
          written,
          blockedStatus(written, blocked.message, now),
        );
        return {};
      }
      await ensureFinalizer(client, written, FINALIZER);

      const installed = await readInstalledReleases(informers.releases.list());
      const facts = readClusterFacts(informers, written, {
        installed,
        desired: platformReleases(written),
        givenCa: await readGivenCa(client, written, now),
      });
      const platform = withExisting(written, facts.existing);
      const views = await releaseViews({
        platform,
        facts,
        installed,
        informers,
        runs,
      });
      // What is installed for the first time holds nothing up, and what follows may have to wait for a webhook.
      startRuns(
        runs,
        platform,
        views.all.filter(({ installed: found }) => !found),
      );
      const owned = await objects.reconcile(platform, views.desired, facts);
      const observedComponents = await members.reconcile(
        platform,
        views.desired.find(({ release }) => release.release === 'istiod'),
      );
      if (isDeleting(platform) && views.all.every(isGone) && isCleared(owned)) {
        const left = await removeRest(
          client,
          platform,
          facts,
          informers.issuance.challenges.list(),
          logger,
        );
        if (left.length > 0) {
          const status = removingStatus(written, left, now);
          await writeStatus(client, written, status);
          return { requeueAfterMs: REMOVAL_MS };
        }
        await removeFinalizer(client, platform, FINALIZER);
        return {};
      }
      holdMesh(views.all, observedComponents);
      const isDraining = await dns.drain(views.all, ref =>
        findWorkload(informers, ref),
      );
      startRuns(runs, platform, views.all);
      const waiting = repairs.reconcile(platform, views.desired);
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
      logProgress(logger, cluster, platform, components);
      const { spec = {} } = withDefaults(platform);
      const systemComponents = observedComponents.map(component =>
        systemComponentStatus(component, spec, facts, owned),
      );
      const observed = observe(informers, platform, facts);
      await writeStatus(
        client,
        platform,
        platformStatus({
          platform,
          components,
          systemComponents,
          owned,
          ...observed,
          facts,
          dns: dns.observe(platform, {
            views: views.desired,
            rendered: observed.rendered,
            facts,
          }),
          admission: admission?.observe(),
          now,
        }),
      );

      return nextLook(
        [...components, ...systemComponents],
        [
          ...waiting,
          ...views.all.map(view => (view.running ? undefined : view.failure)),
        ],
        objects.failure(platform),
        owned.conflicts.length > 0 || facts.givenCa !== undefined,
        isDraining,
      );
    },
  };
}

/** Pods with a proxy need istiod until others have taken their place. */
function holdMesh(
  views: ReleaseView[],
  observations: SystemComponentObservation[],
): void {
  const leaving = observations
    .filter(needsMesh)
    .map(({ component }) => `${component.namespace}/${component.name}`);
  for (const view of views) {
    if (
      leaving.length > 0 &&
      view.release.release === 'istiod' &&
      view.step.action === 'uninstall'
    ) {
      view.step = {
        action: 'wait',
        message: `Waits until ${leaving.join(' and ')} has left the mesh.`,
      };
    }
  }
}

/** Starts what can be started now. */
function startRuns(
  runs: HelmRuns,
  platform: NetworkPlatform,
  views: ReleaseView[],
): void {
  for (const view of views) {
    const { release, digest, step } = view;
    if (step.action === 'upgrade' || step.action === 'uninstall') {
      // A run may have ended, and failed, since the view was made.
      view.failure = runs.failure(release, digest);
      if (!view.failure || view.failure.retryAt <= Date.now()) {
        runs.start({
          release,
          digest,
          action: step.action,
          platform: platform.metadata.name,
        });
      }
    } else {
      // It was of an attempt that is not wanted any more; its time to retry would never be used.
      view.failure = undefined;
    }
    view.running = runs.running(release);
  }
}

function previousStatus(
  { status }: NetworkPlatform,
  { release }: ReleaseView,
): ComponentStatus | undefined {
  return status?.components?.find(other => other.release === release.release);
}

/** What the status tells besides the components. */
function observe(
  informers: PlatformInformers,
  platform: NetworkPlatform,
  facts: ClusterFacts,
) {
  const spec = withDefaults(platform).spec ?? {};
  const { addresses, message } = serviceAddresses(
    ingressGatewayService(informers, spec, facts.existing),
  );
  const { objects, certificateProblems } = renderPlatform(platform, facts);
  return {
    addresses,
    addressMessage: message,
    issuer: informers.issuers.get(
      undefined,
      platformIssuer(spec, facts.givenCa).name,
    ),
    rendered: objects,
    certificateProblems,
    issuanceCause: (certificate: KubernetesObject) =>
      issuanceCause(certificate, informers.issuance),
  };
}

/** Whether none of the platform's own objects is left. */
function isCleared(owned: OwnedObjectsResult): boolean {
  return (
    owned.settled &&
    owned.pruned.length === 0 &&
    owned.deleting.length === 0 &&
    owned.failures.every(({ kindMissing }) => kindMissing)
  );
}

/** When to look again though nothing changes: for progress, and for what is to be tried again. */
function nextLook(
  components: Pick<ComponentStatus | SystemComponentStatus, 'state'>[],
  runFailures: (Failure | undefined)[],
  objectFailure: Failure | undefined,
  looksAtOthers: boolean,
  isDraining: boolean,
): { requeueAfterMs?: number } {
  const delays = [
    ...components.map(({ state }) => PROGRESS[state]),
    ...[...runFailures, objectFailure].map(
      failure => failure && Math.max(0, failure.retryAt - Date.now()),
    ),
    looksAtOthers ? NOT_OURS_MS : undefined,
    isDraining ? PROGRESS_MS : undefined,
  ].filter(delay => delay !== undefined);
  return delays.length > 0 ? { requeueAfterMs: Math.min(...delays) } : {};
}

const PROGRESS: Partial<
  Record<(ComponentStatus | SystemComponentStatus)['state'], number>
> = {
  Progressing: PROGRESS_MS,
  Installing: PROGRESS_MS,
  Upgrading: PROGRESS_MS,
  Removing: PROGRESS_MS,
  Failed: FAILED_MS,
};
