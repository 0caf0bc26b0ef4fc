import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
  ownerLabelValue,
  type KubernetesObject,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import pLimit from 'p-limit';
import { findDifference } from './difference';
import { isKubernetesError } from './errors';
import { isDeleting } from './finalizer';
import { describe, isManaged, objectRef, refKey } from './objects';
import type { Cluster, Informer, KindRef, ReconcileOwnedResult } from './types';

export interface ReconcileOwnedOptions {
  /** Whom the objects belong to; becomes the label app-network.io/owner. */
  owner: { namespace?: string; name: string };
  /** What should be there, each object whole. Labels of ownership are put on by the engine. */
  desired: readonly KubernetesObject[];
  /** Objects that are not written now and not pruned either, for example because what they are made from is not known at the moment. */
  retained?: readonly ObjectRef[];
  /** All kinds that an owner may have objects of: those labelled with the owner and not desired are pruned. */
  kinds: readonly KindRef[];
}

/** Selects what this project has made; the informers of such kinds hold nothing else. */
export const MANAGED_BY_SELECTOR = `${MANAGED_BY_LABEL}=${MANAGED_BY}`;

/** Writes that are under way at a time for one owner. */
const CONCURRENCY = 8;

/**
 * Brings an owner's objects to what is desired: writes those that differ, then deletes those that are labelled with the owner and neither
 * desired nor retained. It reads caches only; before an object is first made its name is asked for once, and one that is there without the
 * owner's label is somebody else's and left alone.
 *
 * Never throws for an object that could not be written: that is in `failures`, and the others are written.
 */
export async function reconcileOwned(
  cluster: Cluster,
  options: ReconcileOwnedOptions,
): Promise<ReconcileOwnedResult> {
  const owner = ownerLabelValue(options.owner);
  const result = nothingDone();
  const reconcileEach = <T extends KubernetesObject>(
    objects: readonly T[],
    reconcile: (object: T) => Promise<void>,
  ) => {
    const limit = pLimit(CONCURRENCY);
    return Promise.all(
      objects.map(object =>
        limit(async () => {
          try {
            await reconcile(object);
          } catch (error) {
            result.failures.push(failure(objectRef(object), error));
          }
        }),
      ),
    );
  };

  const desired = options.desired.map(object => withOwner(object, owner));
  await reconcileEach(desired, object => write(cluster, owner, object, result));

  // What replaces an object is there before the object goes.
  const keep = new Set(
    [...desired.map(objectRef), ...(options.retained ?? [])].map(refKey),
  );
  const unwanted = ownedObjects(cluster, owner, options.kinds, result).filter(
    object => !keep.has(refKey(objectRef(object))),
  );
  await reconcileEach(unwanted, object => prune(cluster, object, result));
  return result;
}

/** A result in which nothing has been done yet. */
export function nothingDone(): ReconcileOwnedResult {
  return {
    observed: [],
    written: [],
    pruned: [],
    deleting: [],
    conflicts: [],
    failures: [],
  };
}

async function write(
  cluster: Cluster,
  owner: string,
  desired: KubernetesObject,
  result: ReconcileOwnedResult,
): Promise<void> {
  const ref = objectRef(desired);
  const informer = managedInformer(cluster, desired);
  if (!informer.hasSynced) {
    result.failures.push(notSynced(informer, ref));
    return;
  }
  const { namespace, name } = desired.metadata;
  const live = informer.get(namespace, name) ?? (await cluster.client.get(ref));

  if (live && !isOwnedBy(live, owner)) {
    result.conflicts.push({ ref, owner: live.metadata.labels?.[OWNER_LABEL] });
  } else if (live && isDeleting(live)) {
    result.deleting.push(ref);
    result.observed.push(live);
  } else if (live && isAsDesired(desired, live)) {
    result.observed.push(live);
  } else {
    // What is ours is written whatever others have made of it. What is new is not, should somebody have been faster.
    const force = live !== undefined;
    const written = await cluster.client
      .apply(desired, { force })
      .catch(error => {
        result.observed.push(...(live ? [live] : []));
        throw error;
      });
    if (live && isSameVersion(live, written)) {
      const text = JSON.stringify(desired);
      [live, written].forEach(object => writtenInVain.set(object, text));
    }
    result.written.push(ref);
    result.observed.push(written);
  }
}

/**
 * What was desired of an object as it is in the cache when writing that changed nothing, for the API server has put defaults into it. Without
 * this it would be written at every look.
 */
const writtenInVain = new WeakMap<KubernetesObject, string>();

function isAsDesired(
  desired: KubernetesObject,
  live: KubernetesObject,
): boolean {
  return (
    findDifference(desired, live) === undefined ||
    writtenInVain.get(live) === JSON.stringify(desired)
  );
}

function isSameVersion(one: KubernetesObject, other: KubernetesObject) {
  return one.metadata.resourceVersion === other.metadata.resourceVersion;
}

async function prune(
  cluster: Cluster,
  object: KubernetesObject,
  result: ReconcileOwnedResult,
): Promise<void> {
  const ref = objectRef(object);
  if (isDeleting(object)) {
    result.deleting.push(ref);
    return;
  }
  try {
    // The uid keeps an object alive that has taken the name since.
    await cluster.client.delete(ref, { uid: object.metadata.uid });
    result.pruned.push(ref);
  } catch (error) {
    if (!isKubernetesError(error) || !error.conflict) {
      throw error;
    }
  }
}

/** Objects in the cluster that are labelled with the owner. A kind that can't be listed is a failure, for it may have some. */
function ownedObjects(
  cluster: Cluster,
  owner: string,
  kinds: readonly KindRef[],
  result: ReconcileOwnedResult,
): KubernetesObject[] {
  return kinds.flatMap(kind => {
    const informer = managedInformer(cluster, kind);
    if (!informer.hasSynced && informer.state !== 'KindMissing') {
      result.failures.push(notSynced(informer, { ...kind, name: '*' }));
    }
    return informer.ownedBy(owner);
  });
}

function managedInformer(
  cluster: Cluster,
  { apiVersion, kind }: KindRef,
): Informer {
  return cluster.informers.informer(
    { apiVersion, kind },
    { labelSelector: MANAGED_BY_SELECTOR },
  );
}

/** An object with the labels that say whose it is. */
export function withOwner(
  object: KubernetesObject,
  owner: string,
): KubernetesObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: {
        ...object.metadata.labels,
        [MANAGED_BY_LABEL]: MANAGED_BY,
        [OWNER_LABEL]: owner,
      },
    },
  };
}

/** Whether an object has the labels that {@link withOwner} puts on. */
export function isOwnedBy(object: KubernetesObject, owner: string): boolean {
  return isManaged(object) && object.metadata.labels?.[OWNER_LABEL] === owner;
}

type Failure = ReconcileOwnedResult['failures'][number];

function notSynced(informer: Informer, ref: ObjectRef): Failure {
  return {
    ref,
    message: informer.message,
    kindMissing: informer.state === 'KindMissing',
  };
}

function failure(ref: ObjectRef, error: unknown): Failure {
  if (!isKubernetesError(error)) {
    return { ref, message: `${describe(ref)}: ${error}`, kindMissing: false };
  }
  return {
    ref,
    message: error.namespaceMissing
      ? `${describe(ref)} can't be made: its namespace ${
          ref.namespace
        } does not exist on cluster ${error.call.cluster}; create it`
      : error.message,
    kindMissing: error.kindMissing,
  };
}
