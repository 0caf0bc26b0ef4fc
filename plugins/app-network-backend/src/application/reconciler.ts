import {
  FINALIZER,
  NETWORK_PLATFORM_NAME,
  ownerLabelValue,
  type AppNetwork,
} from '@app-network/backstage-plugin-app-network-common';
import { toError } from '@backstage/errors';
import { isKubernetesError } from '../engine/errors';
import {
  ensureFinalizer,
  isDeleting,
  removeFinalizer,
} from '../engine/finalizer';
import { objectKey, objectRef, splitKey } from '../engine/objects';
import { reconcileOwned } from '../engine/reconcileOwned';
import { writeStatus } from '../engine/status';
import type {
  Cluster,
  Reconciler,
  ReconcileOwnedResult,
} from '../engine/types';
import type { Looks } from '../platform/dns/looks';
import type { NamesQuestion, SeenName } from '../platform/dns/names';
import { issuanceCause } from '../platform/certificates/issuance';
import { platformFacts, type PlatformFacts } from '../platform/facts';
import { dnsQuestion } from './conditions/dnsReady';
import { pendingHandovers, remainingWait, type Handovers } from './handover';
import type { AppNetworkInformers } from './informers';
import { PLATFORM_MISSING } from './problems';
import {
  CERTIFICATE,
  GATEWAY,
  RENDERED_KINDS,
  SECRET,
  VIRTUAL_SERVICE,
} from './render/kinds';
import { render } from './render/render';
import { readInput, withPods } from './readInput';
import type { PodLooks } from './podLooks';
import { sharedPods, workloadsOf } from './selectedPods';
import { areAsSaid, sidecarProblem } from './sidecars';
import {
  appNetworkStatus,
  blockedStatus,
  deletingStatus,
  handingOverStatus,
} from './status';

/** How often to look at what no informer follows: pods, a certificate of the user's own, and what is another's. */
const LOOK_AGAIN_MS = 60_000;

/** How often to look whether a hostname that is taken over has been given up: whoever gave it up does not name it any more. */
const TAKING_OVER_MS = 1_000;

/** How often to look at pods that are on their way into the mesh or out of it. */
const LOOK_AT_PODS_AGAIN_MS = 5_000;

export interface AppNetworkReconcilerOptions {
  cluster: Cluster;
  informers: AppNetworkInformers;
  /** Where hostnames lead, by the AppNetwork's key. */
  names: Looks<NamesQuestion, SeenName[]>;
  pods: PodLooks;
  /** The time, for transitions of conditions and expired certificates; default: the clock. */
  now?: () => Date;
}

/** Brings what an AppNetwork becomes to what it says, and its status to what is so. */
export function createAppNetworkReconciler(
  options: AppNetworkReconcilerOptions,
): Reconciler {
  const { informers } = options;
  const handovers: Handovers = new Map();
  return {
    async reconcile(key) {
      const { namespace, name } = splitKey(key);
      const appNetwork = informers.appNetworks.get(namespace, name);
      if (!appNetwork) {
        options.names.forget(key);
        handovers.delete(key);
        options.pods.forget(key);
        return informers.appNetworks.state === 'Synced'
          ? removeLeftovers(options, key)
          : undefined;
      }
      return isDeleting(appNetwork)
        ? finalize(options, handovers, appNetwork)
        : apply(options, handovers, appNetwork);
    },
  };
}

async function apply(
  {
    cluster,
    informers,
    names,
    pods,
    now = () => new Date(),
  }: AppNetworkReconcilerOptions,
  handovers: Handovers,
  appNetwork: AppNetwork,
): Promise<{ requeueAfterMs?: number } | undefined> {
  const blocked = whyBlocked(informers);
  const platform = informers.platforms.get(undefined, NETWORK_PLATFORM_NAME);
  if (blocked || !platform) {
    const { reason, message } = blocked ?? PLATFORM_MISSING;
    const status = blockedStatus(appNetwork, reason, message, now());
    await writeStatus(cluster.client, appNetwork, status);
    return undefined;
  }
  await ensureFinalizer(cluster.client, appNetwork, FINALIZER);
  const facts = platformFacts(platform);
  const handingOver = await handOver(
    { cluster, informers, now },
    handovers,
    appNetwork,
    facts,
  );
  if (handingOver) {
    return handingOver;
  }
  const { namespace } = appNetwork.metadata;
  const workloads = informers.workloads.flatMap(informer =>
    informer.list(namespace),
  );
  const [input, seenPods] = await Promise.all([
    readInput(cluster.client, informers, appNetwork, facts),
    pods.see(appNetwork, workloads),
  ]).catch(async error => {
    // An API server that does not answer for a moment takes nothing from what is served.
    if (!isKubernetesError(error) || !error.unreachable) {
      const { message } = toError(error);
      const status = blockedStatus(appNetwork, 'ReadFailed', message, now());
      await writeStatus(cluster.client, appNetwork, status);
    }
    throw error;
  });
  const rendered = render(appNetwork, facts, withPods(input, seenPods));
  const result = await reconcileOwned(cluster, {
    owner: owner(appNetwork),
    desired: rendered.objects,
    retained: rendered.retained,
    kinds: RENDERED_KINDS,
  });
  const makers = workloadsOf(appNetwork, workloads);
  const selectsNothing = makers.length + seenPods.length === 0;
  const shared = sharedPods(
    appNetwork,
    informers.appNetworks.list(namespace),
    workloads,
    seenPods,
  );
  const certificate = result.observed.find(
    ({ kind }) => kind === CERTIFICATE.kind,
  );
  const status = appNetworkStatus({
    appNetwork,
    facts,
    rendered,
    result,
    issuanceCause:
      certificate && issuanceCause(certificate, informers.issuance),
    names: seenNames(names, { appNetwork, facts, rendered }),
    sidecarProblem: sidecarProblem(
      appNetwork,
      seenPods,
      makers,
      namespace ? informers.namespaces.get(undefined, namespace) : undefined,
    ),
    selectsNothing,
    sharedPods: shared,
    sharedHostnames: input.sharedHostnames ?? [],
    now: now(),
  });
  await writeStatus(cluster.client, appNetwork, status);
  throwFailures(result);
  if (input.takenOverHostnames?.length) {
    return { requeueAfterMs: TAKING_OVER_MS };
  }
  if (!areAsSaid(appNetwork, seenPods)) {
    return { requeueAfterMs: LOOK_AT_PODS_AGAIN_MS };
  }
  const looksAtOthers =
    makers.length === 0 ||
    shared.length > 0 ||
    appNetwork.spec?.tls?.certificateRef ||
    input.certificateSecretTaken ||
    input.takenIssuers?.length ||
    result.conflicts.length > 0;
  return looksAtOthers ? { requeueAfterMs: LOOK_AGAIN_MS } : undefined;
}

/** Has everything stay as it is while the next holder of a hostname gets ready; undefined where nobody has to be waited for. */
async function handOver(
  {
    cluster,
    informers,
    now = () => new Date(),
  }: Omit<AppNetworkReconcilerOptions, 'names' | 'pods'>,
  handovers: Handovers,
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): Promise<{ requeueAfterMs: number } | undefined> {
  const pending = pendingHandovers(appNetwork, informers.appNetworks, facts);
  const requeueAfterMs = remainingWait(
    handovers,
    objectKey(appNetwork),
    pending,
    now(),
  );
  if (requeueAfterMs === 0) {
    return undefined;
  }
  const status = handingOverStatus(appNetwork, pending, now());
  await writeStatus(cluster.client, appNetwork, status);
  return { requeueAfterMs };
}

/** What was seen last of where its hostnames lead. */
function seenNames(
  names: Looks<NamesQuestion, SeenName[]>,
  of: Parameters<typeof dnsQuestion>[0],
): SeenName[] | undefined {
  const question = dnsQuestion(of);
  const key = objectKey(of.appNetwork);
  if (!question) {
    names.forget(key);
  }
  return question && names.see(key, question);
}

/** Deletes what an AppNetwork has become, once nobody needs it any more, and then lets go of it. */
async function finalize(
  options: AppNetworkReconcilerOptions,
  handovers: Handovers,
  appNetwork: AppNetwork,
): Promise<{ requeueAfterMs: number } | undefined> {
  const { cluster, informers, now = () => new Date() } = options;
  if (!appNetwork.metadata.finalizers?.includes(FINALIZER)) {
    return undefined;
  }
  const platform = informers.platforms.get(undefined, NETWORK_PLATFORM_NAME);
  const handingOver =
    platform &&
    (await handOver(options, handovers, appNetwork, platformFacts(platform)));
  if (handingOver) {
    return handingOver;
  }
  const result = await removeOwned(cluster, informers, owner(appNetwork));
  const { pruned, deleting } = result;
  const failures = result.failures.filter(({ kindMissing }) => !kindMissing);
  if (pruned.length + deleting.length + failures.length === 0) {
    await removeFinalizer(cluster.client, appNetwork, FINALIZER);
    return undefined;
  }
  const status = deletingStatus(appNetwork, { ...result, failures }, now());
  await writeStatus(cluster.client, appNetwork, status);
  throwFailures(result);
  return undefined;
}

/** Deletes what is there of an AppNetwork that is not, such as a Secret that cert-manager wrote while the AppNetwork was deleted. */
async function removeLeftovers(
  { cluster, informers }: AppNetworkReconcilerOptions,
  key: string,
): Promise<void> {
  const of = splitKey(key);
  const label = ownerLabelValue(of);
  if (!informers.owned.some(({ ownedBy }) => ownedBy(label).length > 0)) {
    return;
  }
  // Each cache is followed on its own: the one of AppNetworks may be behind the one that told of the object.
  const inNamespace = await cluster.client.list<AppNetwork>(
    informers.appNetworks.kind,
    { namespace: of.namespace },
  );
  if (
    !inNamespace.some(({ metadata }) => ownerLabelValue(metadata) === label)
  ) {
    throwFailures(await removeOwned(cluster, informers, of));
  }
}

/**
 * Deletes everything of an owner; the certificate's Secret after the Certificate, for cert-manager would make it anew, and routes after the
 * Gateway, which would answer 404 without them until the next holder of a hostname takes over.
 */
async function removeOwned(
  cluster: Cluster,
  { owned }: AppNetworkInformers,
  of: Owner,
): Promise<ReconcileOwnedResult> {
  const ofKind = (kind: string) =>
    owned
      .filter(informer => informer.kind.kind === kind)
      .flatMap(informer => informer.ownedBy(ownerLabelValue(of)));
  return reconcileOwned(cluster, {
    owner: of,
    desired: [],
    retained: [
      ...(ofKind(CERTIFICATE.kind).length > 0 ? ofKind(SECRET.kind) : []),
      ...(ofKind(GATEWAY.kind).length > 0 ? ofKind(VIRTUAL_SERVICE.kind) : []),
    ].map(objectRef),
    kinds: RENDERED_KINDS,
  });
}

interface Owner {
  namespace?: string;
  name: string;
}

function owner({ metadata: { namespace, name } }: AppNetwork): Owner {
  return { namespace, name };
}

/** What keeps an AppNetwork from being rendered: a cache that can't be filled would look like a cluster without Services. */
function whyBlocked({
  platforms,
  services,
  workloads,
  jobs,
  foreign,
}: AppNetworkInformers): { reason: string; message: string } | undefined {
  const missing = [platforms, services, ...workloads, ...jobs, ...foreign].find(
    informer => !informer.hasSynced && informer.state !== 'KindMissing',
  );
  return missing && { reason: 'CacheNotSynced', message: missing.message };
}

/** Has the queue try again what could not be written. A missing kind is told by its informer when it comes. */
function throwFailures({ failures }: ReconcileOwnedResult): void {
  const messages = failures
    .filter(({ kindMissing }) => !kindMissing)
    .map(({ message }) => message);
  if (messages.length > 0) {
    throw new Error(messages.join(' '));
  }
}
