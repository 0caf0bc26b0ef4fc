import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { KubeConfig } from '@kubernetes/client-node';
import {
  customResourceDefinitions,
  type ClusterSummary,
  type CustomResourceDefinition,
} from '@app-network/backstage-plugin-app-network-common';
import {
  connectToTestCluster,
  eventually,
  testCluster,
  type TestConnection,
} from '../testing/cluster';
import { createClusters } from './clusters';
import type { ClusterConfig } from './config';
import type { ClusterHook, ClusterRegistry } from './types';

jest.setTimeout(60_000);

describe('createClusters', () => {
  let test: TestConnection;
  let folder: string;
  let namespace: string;
  let registries: ClusterRegistry[];
  beforeAll(async () => {
    test = await connectToTestCluster();
  }, 900_000);
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'clusters-'));
    namespace = await test.createNamespace();
    registries = [];
  });
  afterEach(async () => {
    await Promise.all(registries.map(registry => registry.stop()));
    rmSync(folder, { recursive: true });
  });
  afterAll(() => test?.close());

  const create = (
    configs: Partial<ClusterConfig>[],
    controllers: ClusterHook = () => {},
    onConnected?: ClusterHook,
  ) => {
    const registry = createClusters({
      configs: configs.map((config, i) => ({
        name: `c${i}`,
        title: `Cluster ${i}`,
        path: `appNetwork.clusters[${i}]`,
        ...config,
      })),
      logger: mockServices.logger.mock(),
      leaseNamespace: namespace,
      probePeriodMs: 100,
      controllers,
      onConnected,
    });
    registries.push(registry);
    return registry;
  };
  const inState = (
    registry: ClusterRegistry,
    name: string,
    state: ClusterSummary['state'],
  ) =>
    eventually(`${name} ${state}`, () =>
      registry
        .list()
        .find(summary => summary.name === name && summary.state === state),
    );

  /** The test cluster's kubeconfig as JSON, which is YAML too. */
  const readKubeConfig = async () => {
    const { kubeconfig, context } = await testCluster();
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(kubeconfig);
    kubeConfig.setCurrentContext(context);
    return JSON.parse(kubeConfig.exportConfig());
  };

  it('is fine without clusters', async () => {
    const registry = create([]);
    expect(registry.list()).toEqual([]);
    expect(() => registry.get('dev')).toThrow(
      'there is no cluster dev in appNetwork.clusters of app-config; it has none',
    );
  });

  it('connects to each on its own: one that is wrong or gone does not hold up another', async () => {
    const { kubeconfig, context } = await testCluster();
    const broken = path.join(folder, 'broken');
    writeFileSync(broken, 'a: [b');
    const registry = create([
      { kubeconfig: path.join(folder, 'not-there') },
      { kubeconfig: broken },
      { url: 'https://127.0.0.1:1' },
      { problem: 'appNetwork.clusters[3].name: is missing' },
      { kubeconfig, context },
    ]);
    expect(registry.list().map(({ name }) => name)).toEqual([
      'c0',
      'c1',
      'c2',
      'c3',
      'c4',
    ]);
    const ready = await inState(registry, 'c4', 'Ready');
    expect(ready).toEqual({
      name: 'c4',
      title: 'Cluster 4',
      state: 'Ready',
      message: '',
      version: expect.stringMatching(/^v1\./),
    });
    expect(registry.connected().map(({ name }) => name)).toEqual(['c4']);
    for (const [name, message] of [
      ['c0', /clusters\[0\]\.kubeconfig: there is no file .*not-there/],
      ['c1', /broken is no kubeconfig/],
      [
        'c2',
        /get of version failed on cluster c2: .*ECONNREFUSED 127\.0\.0\.1:1/,
      ],
      ['c3', /clusters\[3\]\.name: is missing/],
    ] as const) {
      expect((await inState(registry, name, 'Unreachable')).message).toMatch(
        message,
      );
      expect(() => registry.get(name)).toThrow(message);
    }
  });

  it('connects when the kubeconfig appears, and anew when it changes', async () => {
    const file = path.join(folder, 'config');
    const registry = create([{ kubeconfig: file }]);
    await inState(registry, 'c0', 'Unreachable');
    const config = await readKubeConfig();
    const text = JSON.stringify(config);
    writeFileSync(file, text);
    await inState(registry, 'c0', 'Ready');
    const { client } = registry.get('c0');

    for (const { cluster } of config.clusters) {
      cluster.server = 'https://127.0.0.1:1';
    }
    writeFileSync(file, JSON.stringify(config));
    expect((await inState(registry, 'c0', 'Unreachable')).message).toContain(
      'ECONNREFUSED',
    );
    writeFileSync(file, text);
    await inState(registry, 'c0', 'Ready');
    expect(registry.get('c0').client).not.toBe(client);
  });

  it('installs the kinds, and runs controllers in one of two backends, in the other when that one ends', async () => {
    const { kubeconfig, context } = await testCluster();
    const running = new Set<string>();
    const reading = new Set<string>();
    const until =
      (set: Set<string>, name: string): ClusterHook =>
      async (_, signal) => {
        set.add(name);
        await new Promise(resolve => {
          signal.addEventListener('abort', resolve);
        });
        set.delete(name);
      };
    const first = create(
      [{ kubeconfig, context }],
      until(running, 'first'),
      until(reading, 'first'),
    );
    await eventually('controllers in the first', () => running.has('first'));
    const second = create(
      [{ kubeconfig, context }],
      until(running, 'second'),
      until(reading, 'second'),
    );
    await inState(second, 'c0', 'Ready');
    expect([...running]).toEqual(['first']);
    expect([...reading]).toEqual(['first', 'second']);
    const read = ({ metadata }: CustomResourceDefinition) =>
      test.cluster.client.get({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: metadata.name,
      });
    for (const definition of customResourceDefinitions()) {
      await eventually(definition.metadata.name, () => read(definition));
    }
    await inState(first, 'c0', 'Ready');
    await first.stop();
    expect([...running]).toEqual([]);
    await eventually('controllers in the second', () => running.has('second'));
    expect([...reading]).toEqual(['second']);
  });

  it('says which permissions are missing, and works with what there is', async () => {
    const file = path.join(folder, 'limited');
    const config = await readKubeConfig();
    for (const { user } of config.users) {
      user.as = 'nobody';
    }
    writeFileSync(file, JSON.stringify(config));
    const registry = create(
      [{ kubeconfig: file }],
      () => {},
      ({ informers }) => {
        informers.informer({ apiVersion: 'v1', kind: 'Service' });
      },
    );
    const { message } = await inState(registry, 'c0', 'Degraded');
    expect(message).toMatch(
      /Allow get, create and patch of leases in namespace/,
    );
    await eventually('what else is missing', () =>
      registry
        .list()[0]
        .message.includes(
          'allow get, list and watch of Service objects in the core API group',
        ),
    );
    expect(registry.get('c0').name).toBe('c0');
  });
});
