import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import { createPlatformChanges } from '../../http/platform';
import { eventually, synced } from '../../testing/cluster';
import { createHelm } from '../helm';
import { platformInformers } from '../informers';
import { createPlanner } from '../plan/planner';
import { platformTest } from '../testing/platformTest';
import { createChartStore } from './chartStore';

jest.setTimeout(120_000);

/** The real Helm, a real API server, and a chart repository that can have another chart under the same version. */
describe('a chart that was approved', () => {
  const test = platformTest('platform-charts');
  const { start, component, configMap, platform } = test;
  let repository: Server;
  let address: string;
  /** Two charts of one version, and the one that the repository has. */
  let charts: Record<'planned' | 'swapped', Buffer>;
  let served: Buffer;

  beforeAll(async () => {
    charts = {
      planned: await packChart('planned'),
      swapped: await packChart('swapped'),
    };
    repository = createServer((request, response) => {
      if (request.url === '/index.yaml') {
        response.end(
          'apiVersion: v1\nentries:\n  cert-manager:\n  - {name: cert-manager, version: 1.2.3, apiVersion: v2, urls: [cert-manager-1.2.3.tgz]}\n',
        );
      } else {
        response.end(served);
      }
    });
    await new Promise<void>(resolve =>
      repository.listen(0, '127.0.0.1', resolve),
    );
    address = `http://127.0.0.1:${(repository.address() as AddressInfo).port}`;
    const { required } = platformInformers(test.connection.cluster);
    await Promise.all(required.map(informer => synced(informer)));
  }, 120_000);

  beforeEach(() => {
    served = charts.planned;
  });

  afterAll(() => new Promise(resolve => repository.close(resolve)));

  const changes = () =>
    createPlatformChanges(
      createPlanner({
        helm: createHelm({ command: test.helm }),
        charts: test.charts,
        signal: new AbortController().signal,
      }),
    );

  const spec = (): NetworkPlatformSpec => ({
    components: {
      certManager: {
        namespace: test.namespace,
        chart: { repository: address },
        version: '1.2.3',
      },
      istio: { enabled: false },
      ingressNginx: { enabled: false },
    },
  });

  async function approve() {
    const own = changes();
    const { cluster } = test.connection;
    const planned = await own.plan(cluster, { spec: spec() });
    await own.apply(cluster, { spec: spec(), planId: planned.id });
    return planned;
  }

  it('is refused where the repository has another since the plan', async () => {
    const own = changes();
    const { cluster } = test.connection;
    const { id } = await own.plan(cluster, { spec: spec() });
    served = charts.swapped;
    await expect(
      own.apply(cluster, { spec: spec(), planId: id }),
    ).rejects.toThrow(
      `The plan is no longer what it was: chart ${address}/cert-manager:1.2.3, `,
    );
    expect(await platform()).toBeUndefined();
  });

  it('is installed though the repository has another by then, and kept when something else changes', async () => {
    const planned = await approve();
    expect(planned.charts).toEqual([
      {
        address: `${address}/cert-manager:1.2.3`,
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(
      planned.objects.find(({ ref }) => ref.kind === 'NetworkPlatform')?.after,
    ).toContain(planned.charts[0].digest);
    served = charts.swapped;
    start();
    await component('cert-manager', 'Ready');
    expect((await configMap('cert-manager'))?.data).toEqual({
      text: 'planned',
    });

    await test.client.delete({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: test.namespace,
      name: 'cert-manager',
    });
    const again = await eventually('it is there again', () =>
      configMap('cert-manager'),
    );
    expect(again.data).toEqual({ text: 'planned' });
  });

  it('is not replaced by another where it is no longer to be had, until that is approved', async () => {
    await approve();
    served = charts.swapped;
    const afterRestart = createChartStore({
      helm: createHelm({ command: test.helm }),
    });
    try {
      start({ charts: afterRestart });
      expect((await component('cert-manager', 'Failed')).message).toContain(
        `The chart ${address}/cert-manager:1.2.3 is not the one that was approved: its SHA-256 was`,
      );
      expect(await configMap('cert-manager')).toBeUndefined();

      await approve();
      await component('cert-manager', 'Ready');
      expect((await configMap('cert-manager'))?.data).toEqual({
        text: 'swapped',
      });
    } finally {
      await afterRestart.close();
    }
  });

  /** The small chart with another default, packed as for a repository. */
  async function packChart(text: string): Promise<Buffer> {
    const folder = await mkdtemp(path.join(test.folder, 'pack-'));
    const chart = path.join(folder, 'cert-manager');
    await cp(test.chart, chart, { recursive: true });
    await writeFile(
      path.join(chart, 'Chart.yaml'),
      'apiVersion: v2\nname: cert-manager\nversion: 1.2.3\n',
    );
    const template = path.join(chart, 'templates', 'all.yaml');
    const source = await readFile(template, 'utf8');
    await writeFile(template, source.replace('"none"', `"${text}"`));
    await promisify(execFile)(test.helm, [
      ...['package', chart, '--destination', folder],
    ]);
    const packed = await readFile(path.join(folder, 'cert-manager-1.2.3.tgz'));
    await rm(folder, { recursive: true });
    return packed;
  }
});
