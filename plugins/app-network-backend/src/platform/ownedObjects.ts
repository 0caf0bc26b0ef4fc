import type {
  KubernetesObject,
  NetworkPlatform,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import { endsWithin } from '../engine/endsWithin';
import { isDeleting } from '../engine/finalizer';
import { objectRef } from '../engine/objects';
import {
  MANAGED_BY_SELECTOR,
  nothingDone,
  reconcileOwned,
} from '../engine/reconcileOwned';
import type { Cluster, ReconcileOwnedResult } from '../engine/types';
import type { ClusterFacts } from './clusterFacts';
import { isReady, type ReleaseView } from './componentStatus';
import { CA_SECRET } from './render/issuer';
import {
  PLATFORM_KINDS,
  renderPlatform,
  type PlatformObject,
} from './render/render';
import { createRetries, type Failure } from './retries';

/** Keeps the platform's own objects, besides what its charts bring. */
export interface OwnedObjects {
  /**
   * Writes and prunes them. One whose release is not ready to take it is left as it is. A write may have to wait for a webhook that does
   * not answer, for half a minute; then this gives what was known before, and `onEnd` is called when there is news.
   */
  reconcile(
    platform: NetworkPlatform,
    views: ReleaseView[],
    facts: ClusterFacts,
  ): Promise<OwnedObjectsResult>;
  /** What failed last, and when it is tried again. */
  failure(platform: NetworkPlatform): Failure | undefined;
}

/** What became of them, and whether that is of now, or of an earlier attempt while this one is under way. */
export type OwnedObjectsResult = ReconcileOwnedResult & { settled: boolean };

/** How long a reconcile waits for them, in milliseconds; it has a status to write. */
const PATIENCE_MS = 1_000;

export function createOwnedObjects(options: {
  cluster: Cluster;
  onEnd: () => void;
}): OwnedObjects {
  const { cluster, onEnd } = options;
  const retries = createRetries({ baseDelayMs: 500, maxDelayMs: 10_000 });
  let last = nothingDone();
  let underWay = false;
  let attempted = '';

  const run = async (platform: NetworkPlatform, plan: Plan) => {
    underWay = true;
    attempted = plan.attempt;
    try {
      const taken = await takenSecret(cluster, plan.desired);
      const result = await reconcileOwned(cluster, {
        owner: { name: platform.metadata.name },
        kinds: PLATFORM_KINDS,
        ...(taken ? withoutIssuer(plan) : plan),
      });
      last = taken
        ? {
            ...result,
            conflicts: [...result.conflicts, { ref: taken, owner: undefined }],
          }
        : result;
      // Of a kind that appears the informers tell.
      const failed = last.failures.find(({ kindMissing }) => !kindMissing);
      if (failed) {
        retries.failed(platform.metadata.name, plan.attempt, failed.message);
      } else {
        retries.succeeded(platform.metadata.name);
      }
    } finally {
      underWay = false;
    }
  };

  return {
    async reconcile(platform, views, facts) {
      const plan = planOf(platform, views, facts);
      const failure = retries.find(platform.metadata.name, plan.attempt);
      if (!underWay && (!failure || failure.retryAt <= Date.now())) {
        const running = run(platform, plan);
        if (!(await endsWithin(running, PATIENCE_MS))) {
          running.then(onEnd, onEnd);
        }
      }
      return { ...last, settled: !underWay && attempted === plan.attempt };
    },
    failure: ({ metadata }) =>
      underWay ? undefined : retries.find(metadata.name, attempted),
  };
}

/** Annotation that cert-manager puts on the Secrets it makes (cert-manager, reference of annotations). */
const CERTIFICATE_NAME = 'cert-manager.io/certificate-name';

/**
 * Somebody else's Secret that has the name of the CA's. cert-manager would write into it, so this is asked before the Certificate is made;
 * once that is there, the Secret is its own.
 */
async function takenSecret(
  { client, informers }: Cluster,
  desired: readonly KubernetesObject[],
): Promise<ObjectRef | undefined> {
  const certificate = desired.find(
    ({ kind, metadata }) =>
      kind === 'Certificate' && metadata.name === CA_SECRET,
  );
  if (!certificate) {
    return undefined;
  }
  const { apiVersion, kind, metadata } = certificate;
  const { namespace, name } = metadata;
  const made = informers.informer(
    { apiVersion, kind },
    { labelSelector: MANAGED_BY_SELECTOR },
  );
  if (made.get(namespace, name)) {
    return undefined;
  }
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace, name: CA_SECRET };
  const secret = await client.get(ref);
  return secret && secret.metadata.annotations?.[CERTIFICATE_NAME] !== name
    ? ref
    : undefined;
}

/** Neither the CA nor what would sign with it; what is there of them stays. */
function withoutIssuer(plan: Plan): Plan {
  const held = plan.desired.filter(({ kind }) =>
    ['Certificate', 'ClusterIssuer'].includes(kind),
  );
  return {
    ...plan,
    desired: plan.desired.filter(object => !held.includes(object)),
    retained: [...plan.retained, ...held.map(objectRef)],
  };
}

interface Plan {
  desired: KubernetesObject[];
  retained: ObjectRef[];
  /** Tells one plan from another. */
  attempt: string;
}

function planOf(
  platform: NetworkPlatform,
  views: ReleaseView[],
  facts: ClusterFacts,
): Plan {
  const { objects, retained } = isDeleting(platform)
    ? { objects: [], retained: [] }
    : renderPlatform(platform, facts);
  const isOpen = ({ needs }: PlatformObject) =>
    views
      .filter(({ release }) => needs.includes(release.release))
      .every(view => !view.release.enabled || isReady(view));
  const open = objects.filter(isOpen);
  return {
    desired: open.map(({ object }) => object),
    retained: [
      ...retained,
      ...objects
        .filter(object => !isOpen(object))
        .map(({ object }) => objectRef(object)),
    ],
    attempt: JSON.stringify([platform.metadata.generation, open.length, facts]),
  };
}
