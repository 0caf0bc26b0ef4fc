import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  KubernetesObject,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import { createSleeper } from './backoff';
import { endsWithin } from './endsWithin';
import { isKubernetesError } from './errors';
import { describe } from './objects';
import type { KubernetesClient } from './types';

/** How long a lease lasts, how long its holder tries to renew it, and how often either side looks; the defaults of client-go. */
export interface LeaseTimes {
  durationMs: number;
  renewDeadlineMs: number;
  retryPeriodMs: number;
}

export interface LeaseOptions {
  client: KubernetesClient;
  namespace: string;
  name: string;
  /** Who we are, unlike any other. */
  identity: string;
  logger: LoggerService;
  /** Runs while the lease is held; its signal is aborted when it is lost. Nobody else holds it before this has ended, or the time is up. */
  whileHeld: (signal: AbortSignal) => Promise<void>;
  /** Ends it; the lease is given back. */
  signal: AbortSignal;
  times?: LeaseTimes;
}

/** A share in a lease. */
export interface LeaseElection {
  /** Who holds the lease, as far as is known. */
  readonly holder: string | undefined;
  /** Why it can't be had or kept, and what to do; empty when all is well, whoever holds it. */
  readonly message: string;
  /** Resolves when the lease has been given back after the signal. */
  readonly stopped: Promise<void>;
}

interface Lease extends KubernetesObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

const DEFAULT_TIMES: LeaseTimes = {
  durationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/**
 * Runs something in one process at a time of all that share a lease (coordination.k8s.io/v1), as client-go's leader election does. Clocks
 * of machines are not compared: a lease has run out when it has not been seen to change for its time.
 */
export function electWithLease(options: LeaseOptions): LeaseElection {
  const { client, namespace, name, identity, logger, signal } = options;
  const times = options.times ?? DEFAULT_TIMES;
  const sleeper = createSleeper(signal);
  const ref = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    namespace,
    name,
  };
  let lease: Lease | undefined;
  let seenAt = 0;
  let message = '';

  const see = (seen: Lease) => {
    if (seen.metadata.resourceVersion !== lease?.metadata.resourceVersion) {
      seenAt = performance.now();
    }
    lease = seen;
    return seen;
  };
  const isHeldByOther = () => {
    const { holderIdentity, leaseDurationSeconds = 0 } = lease?.spec ?? {};
    return (
      Boolean(holderIdentity) &&
      holderIdentity !== identity &&
      performance.now() < seenAt + leaseDurationSeconds * 1000
    );
  };

  /** The lease as it was last seen where it is ours, for then nobody else writes it; otherwise as it is now. */
  const current = async (): Promise<Lease> =>
    lease?.spec?.holderIdentity === identity
      ? lease
      : see((await client.get<Lease>(ref)) ?? (await create(client, ref)));

  /** Takes or renews the lease where that is possible; false where another holds it. */
  const hold = async (): Promise<boolean> => {
    const { metadata, spec } = await current();
    if (isHeldByOther()) {
      return false;
    }
    const now = microTime();
    const taken = {
      acquireTime: now,
      leaseTransitions: (spec?.leaseTransitions ?? 0) + 1,
    };
    see(
      await client.mergePatch<Lease>(ref, {
        metadata: { resourceVersion: metadata.resourceVersion },
        spec: {
          holderIdentity: identity,
          leaseDurationSeconds: Math.ceil(times.durationMs / 1000),
          renewTime: now,
          ...(spec?.holderIdentity === identity ? {} : taken),
        },
      }),
    );
    return true;
  };

  const tryToHold = async (): Promise<boolean> => {
    try {
      const held = await hold();
      message = '';
      return held;
    } catch (error) {
      if (isKubernetesError(error) && (error.conflict || error.notFound)) {
        // Somebody was faster, or has deleted it; look again.
        lease = undefined;
      } else {
        message = explain(error, ref);
      }
      return false;
    }
  };

  const keep = async () => {
    let deadline = performance.now() + times.renewDeadlineMs;
    while (!signal.aborted && performance.now() < deadline) {
      await sleeper.sleep(times.retryPeriodMs);
      if (signal.aborted) {
        return;
      }
      const startedAt = performance.now();
      const attempt = tryToHold();
      // A request may take longer than the lease lasts; by then another may hold it.
      if (!(await endsWithin(attempt, deadline - startedAt))) {
        return;
      }
      if (await attempt) {
        // Others count from when they see the write, which is not before it was sent.
        deadline = startedAt + times.renewDeadlineMs;
      } else if (lease && isHeldByOther()) {
        return;
      }
    }
  };

  const giveBack = async () => {
    if (lease?.spec?.holderIdentity === identity) {
      await client
        .mergePatch(ref, {
          metadata: { resourceVersion: lease.metadata.resourceVersion },
          spec: { holderIdentity: '', leaseDurationSeconds: 1 },
        })
        .catch(error =>
          logger.debug(`${describe(ref)} not given back: ${error}`),
        );
    }
  };

  const run = async () => {
    while (!signal.aborted) {
      if (await tryToHold()) {
        logger.info(`holds ${describe(ref)} as ${identity}`);
        const lost = new AbortController();
        const work = options
          .whileHeld(AbortSignal.any([signal, lost.signal]))
          .catch(error => logger.error(`ended by ${error}`));
        await keep();
        lost.abort();
        await work;
        if (!signal.aborted) {
          logger.warn(`lost ${describe(ref)} ${message}`);
        }
      } else {
        await sleeper.sleep(times.retryPeriodMs * (1 + Math.random()));
      }
    }
    await giveBack();
  };

  return {
    get holder() {
      return lease?.spec?.holderIdentity || undefined;
    },
    get message() {
      return message;
    },
    stopped: run(),
  };
}

/** Makes the lease, and its namespace where that is missing. Fails with a conflict where somebody else was faster. */
async function create(
  client: KubernetesClient,
  ref: ObjectRef,
): Promise<Lease> {
  const { apiVersion, kind, namespace, name } = ref;
  const lease = { apiVersion, kind, metadata: { namespace, name } };
  try {
    return await client.create<Lease>(lease);
  } catch (error) {
    if (!isKubernetesError(error) || !error.namespaceMissing || !namespace) {
      throw error;
    }
    await client.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    return client.create<Lease>(lease);
  }
}

/** The time as metav1.MicroTime wants it: with six digits. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

function explain(error: unknown, ref: ObjectRef): string {
  if (isKubernetesError(error) && error.forbidden) {
    return `${error.message}; controllers don't run without it. Allow get, create and patch of leases in namespace ${ref.namespace} by a Role`;
  }
  return String(error);
}
