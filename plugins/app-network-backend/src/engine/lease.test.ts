import { mockServices } from '@backstage/backend-test-utils';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { KubernetesError } from './errors';
import { electWithLease } from './lease';
import type { KubernetesClient } from './types';

/** Short, so that a lease runs out within a test. */
const TIMES = { durationMs: 1_000, renewDeadlineMs: 300, retryPeriodMs: 20 };

const CALL = { cluster: 'dev', verb: 'patch', object: 'Lease a/b' };

/** An API server with one lease, whose faults a test chooses. */
function leaseServer() {
  let lease: KubernetesObject | undefined;
  let version = 0;
  let hanging = false;
  const store = (changes: object) => {
    version += 1;
    lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      ...lease,
      ...changes,
      metadata: {
        namespace: 'a',
        name: 'b',
        resourceVersion: String(version),
      },
    };
    return lease;
  };
  const client: Partial<KubernetesClient> = {
    get: async <T extends KubernetesObject>() => lease as T | undefined,
    create: async <T extends KubernetesObject>() => store({}) as T,
    mergePatch: async <T extends KubernetesObject>(
      _: unknown,
      patch: object,
    ) => {
      if (hanging) {
        return new Promise<T>(() => {});
      }
      if (!lease) {
        throw new KubernetesError(CALL, {
          statusCode: 404,
          status: { reason: 'NotFound', details: { name: 'b' } },
        });
      }
      return store(patch) as T;
    },
  };
  return {
    client: client as KubernetesClient,
    hang: () => {
      hanging = true;
    },
    drop: () => {
      lease = undefined;
    },
    exists: () => lease !== undefined,
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(setImmediate);
  }
}

describe('electWithLease', () => {
  const stop = new AbortController();
  afterAll(() => stop.abort());

  const elect = (server: ReturnType<typeof leaseServer>) => {
    const seen = { working: 0, ended: 0 };
    electWithLease({
      client: server.client,
      namespace: 'a',
      name: 'b',
      identity: 'me',
      logger: mockServices.logger.mock(),
      signal: stop.signal,
      times: TIMES,
      whileHeld: signal =>
        new Promise(resolve => {
          seen.working += 1;
          signal.addEventListener('abort', () => {
            seen.ended += 1;
            resolve();
          });
        }),
    });
    return seen;
  };

  it('ends the work before the lease runs out when a renewal gets no answer', async () => {
    const server = leaseServer();
    const seen = elect(server);
    await until(() => seen.working === 1);
    server.hang();
    const hungAt = performance.now();
    await until(() => seen.ended === 1);
    expect(performance.now() - hungAt).toBeLessThan(TIMES.durationMs);
  });

  it('makes the lease anew when somebody has deleted it, and goes on working', async () => {
    const server = leaseServer();
    const seen = elect(server);
    await until(() => seen.working === 1);
    server.drop();
    await until(() => server.exists());
    expect(seen).toEqual({ working: 1, ended: 0 });
  });
});
