import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { isKubernetesError } from '../../engine/errors';
import {
  connectToTestCluster,
  type TestConnection,
} from '../../testing/cluster';
import type { ReleaseView } from '../componentStatus';
import type { Workload } from '../workloads';
import {
  createDrains,
  DRAIN_LIMIT_MS,
  REFUSED_LIMIT_MS,
  type Drains,
} from './drains';
import type { SyncReport } from './externalDnsLog';

const ARGS = [
  '--interval=1m',
  '--policy=sync',
  '--provider=rfc2136',
  '--domain-filter=example.com',
  '--txt-owner-id=blue',
  '--label-filter=tier=web',
];

describe('draining', () => {
  let test: TestConnection;
  let namespace: string;
  let report: SyncReport | undefined;
  let now: Date;
  const warnings: string[] = [];

  beforeAll(async () => {
    test = await connectToTestCluster();
    namespace = await test.createNamespace();
  });
  afterAll(() => test.close());

  beforeEach(async () => {
    report = undefined;
    now = new Date('2026-06-01T12:00:00Z');
    warnings.length = 0;
    await test.cluster.client.delete(ref());
    await test.cluster.client.create(deployment());
  });

  const ref = () => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace,
    name: 'external-dns',
  });
  const deployment = () =>
    ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name: 'external-dns' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'external-dns' } },
        template: {
          metadata: { labels: { app: 'external-dns' } },
          spec: {
            containers: [
              { name: 'external-dns', image: 'external-dns', args: ARGS },
            ],
          },
        },
      },
    } as KubernetesObject);
  const live = async () => (await test.cluster.client.get<Workload>(ref()))!;
  const args = async () =>
    (await live()).spec?.template?.spec?.containers?.[0]?.args;

  const drains = () =>
    createDrains({
      client: test.cluster.client,
      reports: { see: () => report, forget: () => {} },
      logger: { warn: (text: string) => warnings.push(text) } as never,
      now: () => now,
    });
  const tryStep = async (action: string, of: Drains) =>
    of.step(
      {
        release: {
          release: 'external-dns',
          namespace,
          enabled: action !== 'uninstall',
          values: {
            provider: { name: 'rfc2136' },
            domainFilters: ['example.com'],
            txtOwnerId: 'blue',
          },
        },
        step: { action },
        installed: { ours: true },
        rollout: { ready: true },
      } as unknown as ReleaseView,
      await live(),
    );
  /** As a reconcile does, it is tried again where the Deployment's own controller has written meanwhile. */
  const step = async (action: string, of = drains()) => {
    for (;;) {
      try {
        return await tryStep(action, of);
      } catch (error) {
        if (!isKubernetesError(error) || !error.conflict) {
          throw error;
        }
      }
    }
  };

  it('takes what is wanted from ExternalDNS, and waits until it has removed all', async () => {
    expect(await step('uninstall')).toMatchObject({ action: 'wait' });
    expect(await args()).toEqual([
      ...ARGS.slice(1, -1),
      '--label-filter=app-network.io/records=none',
      '--interval=5s',
    ]);
    report = { upToDate: false };
    expect(await step('uninstall')).toMatchObject({ action: 'wait' });
    report = { upToDate: true };
    expect(await step('uninstall')).toBeUndefined();
  });

  it('gives everything back where somebody has thought better of it', async () => {
    await step('uninstall');
    await step('none');
    expect(await args()).toEqual(ARGS);
  });

  it('changes nothing of what stays', async () => {
    const { generation } = (await live()).metadata;
    expect(await step('none')).toBeUndefined();
    expect((await live()).metadata.generation).toBe(generation);
  });

  it.each([
    ['does not answer', undefined, DRAIN_LIMIT_MS],
    [
      'refuses',
      { upToDate: false, problem: 'bad return code: REFUSED' },
      REFUSED_LIMIT_MS,
    ],
  ])(
    'waits for a provider that %s for a while, and says once what it leaves behind',
    async (_, seen, limit) => {
      const of = drains();
      await step('uninstall', of);
      report = seen;
      now = new Date(now.getTime() + limit - 1);
      expect(await step('uninstall', of)).toMatchObject({ action: 'wait' });
      now = new Date(now.getTime() + 1);
      expect(await step('uninstall', of)).toBeUndefined();
      expect(await step('uninstall', of)).toBeUndefined();
      expect(warnings).toEqual([
        expect.stringContaining('have to be removed by hand'),
      ]);
    },
  );
});
