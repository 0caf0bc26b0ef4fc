import { mockServices } from '@backstage/backend-test-utils';
import {
  connectToTestCluster,
  eventually,
  type TestConnection,
} from '../testing/cluster';
import { electWithLease, type LeaseElection } from './lease';
import type { Cluster, KubernetesClient } from './types';

jest.setTimeout(60_000);

const TIMES = {
  durationMs: 2_000,
  renewDeadlineMs: 1_000,
  retryPeriodMs: 100,
};

describe('electWithLease', () => {
  const connections: TestConnection[] = [];
  let first: TestConnection;
  let second: TestConnection;
  let namespace: string;
  beforeAll(async () => {
    first = await connectToTestCluster();
    second = await connectToTestCluster();
    connections.push(first, second);
  }, 900_000);
  beforeEach(async () => {
    namespace = await first.createNamespace();
  });
  afterAll(() => Promise.all(connections.map(({ close }) => close())));

  interface Candidate {
    election: LeaseElection;
    /** Whether it thinks that it holds the lease. */
    works: () => boolean;
    stop: () => Promise<void>;
  }
  const candidate = (
    identity: string,
    { cluster }: { cluster: Pick<Cluster, 'client'> },
    inNamespace = namespace,
  ): Candidate => {
    const end = new AbortController();
    let working = false;
    const election = electWithLease({
      client: cluster.client,
      namespace: inNamespace,
      name: 'lease',
      identity,
      logger: mockServices.logger.mock(),
      times: TIMES,
      signal: end.signal,
      whileHeld: async signal => {
        working = true;
        await new Promise(resolve => {
          signal.addEventListener('abort', resolve);
        });
        working = false;
      },
    });
    return {
      election,
      works: () => working,
      stop: async () => {
        end.abort();
        await election.stopped;
      },
    };
  };

  it('has one of two work, and the other at once when that one gives the lease back', async () => {
    const a = candidate('a', first);
    await eventually('a works', a.works);
    const b = candidate('b', second);
    await eventually('b knows of a', () => b.election.holder === 'a');
    // For longer than the lease lasts, so that it has to be renewed.
    const until = Date.now() + TIMES.durationMs + 500;
    await eventually('the time', () => {
      expect(a.works()).toBe(true);
      expect(b.works()).toBe(false);
      return Date.now() > until;
    });
    const stoppedAt = Date.now();
    await a.stop();
    expect(a.works()).toBe(false);
    await eventually('b works', b.works);
    expect(Date.now() - stoppedAt).toBeLessThan(TIMES.durationMs);
    await b.stop();
  });

  it('makes its namespace, and has one work although many start at the same time', async () => {
    const name = `${namespace}-made`;
    const candidates = ['a', 'b', 'c', 'd', 'e'].map((identity, i) =>
      candidate(identity, i % 2 ? first : second, name),
    );
    const working = () => candidates.filter(({ works }) => works()).length;
    await eventually('one works', () => working() > 0);
    const until = Date.now() + 1_000;
    await eventually('the time', () => {
      expect(working()).toBe(1);
      return Date.now() > until;
    });
    await Promise.all(candidates.map(({ stop }) => stop()));
    await first.cluster.client.delete({
      apiVersion: 'v1',
      kind: 'Namespace',
      name,
    });
  });

  it('has one work when two take the lease at the same moment', async () => {
    const before = candidate('before', first);
    await eventually('the lease', before.works);
    await before.stop();
    // Both have read the lease, and that it is free, before either writes it.
    let arrived = 0;
    let release = () => {};
    const bothArrived = new Promise<void>(resolve => {
      release = resolve;
    });
    const atTheSameMoment = ({ cluster }: TestConnection) => {
      const { client } = cluster;
      const mergePatch: KubernetesClient['mergePatch'] = async (...args) => {
        arrived += 1;
        if (arrived === 2) {
          release();
        }
        await bothArrived;
        return client.mergePatch(...args);
      };
      return { cluster: { client: { ...client, mergePatch } } };
    };
    const both = [
      candidate('a', atTheSameMoment(first)),
      candidate('b', atTheSameMoment(second)),
    ];
    const working = () => both.filter(({ works }) => works()).length;
    await eventually('one works', () => working() > 0);
    const until = Date.now() + 500;
    await eventually('the time', () => {
      expect(working()).toBe(1);
      return Date.now() > until;
    });
    await Promise.all(both.map(({ stop }) => stop()));
  });

  it('ends the work before the lease runs out when it can not be renewed, and has another take over', async () => {
    const cut = await connectToTestCluster();
    const a = candidate('a', cut);
    await eventually('a works', a.works);
    const b = candidate('b', second);
    await eventually('b knows of a', () => b.election.holder === 'a');
    await cut.connection.close();
    await eventually('one of the two at most', () => {
      expect(a.works() && b.works()).toBe(false);
      return b.works();
    });
    expect(a.works()).toBe(false);
    expect(a.election.message).not.toBe('');
    await Promise.all([a.stop(), b.stop()]);
  });

  it('says which permission is missing', async () => {
    const nobody = await connectToTestCluster(kubeConfig => {
      kubeConfig.users = kubeConfig.users.map(user => ({
        ...user,
        impersonateUser: 'nobody',
      }));
    });
    connections.push(nobody);
    const a = candidate('a', nobody);
    await eventually('the message', () => a.election.message);
    expect(a.election.message).toMatch(
      new RegExp(
        `cannot get resource "leases".*Allow get, create and patch of leases in namespace ${namespace} by a Role`,
      ),
    );
    expect(a.works()).toBe(false);
    await a.stop();
  });
});
