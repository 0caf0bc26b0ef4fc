import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  API_VERSION,
  customResourceDefinitions,
  NETWORK_PLATFORM_NAME,
  type AppNetworkClient,
  type KubernetesObject,
  type NetworkPlatform,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { installCustomResourceDefinitions } from '../engine/crds';
import type { Cluster } from '../engine/types';
import {
  startBackend,
  type StartedBackend,
} from '../__testUtils__/startBackend';
import {
  connectToTestCluster,
  eventually,
  takeDown,
  testCluster,
  type TestConnection,
} from '../testing/cluster';
import { createRecordOwners } from './dns/recordOwners';
import { writeChart } from './testing/platformTest';

jest.setTimeout(120_000);

const EAST = 'several-east';
const WEST = 'several-west';

/** One backend, a platform of another profile on each of two clusters, and a third cluster that takes connections and never answers. */
describe('a backend with several clusters', () => {
  const connections = new Map<string, TestConnection>();
  let folder: string;
  let chart: string;
  let silent: Server;
  let backend: StartedBackend;
  let api: AppNetworkClient;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'several-'));
    chart = await writeChart(path.join(folder, 'chart'));
    for (const name of [EAST, WEST]) {
      const connection = await connectToTestCluster(() => {}, name);
      connections.set(name, connection);
      await installCustomResourceDefinitions(
        connection.cluster.client,
        customResourceDefinitions(),
        new AbortController().signal,
      );
    }
    silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    backend = await start();
    ({ api } = backend);
  }, 900_000);

  afterAll(async () => {
    await backend?.stop();
    silent?.close();
    for (const [name, connection] of connections) {
      await connection.close();
      await takeDown(name);
    }
    await rm(folder, { recursive: true, force: true });
  });

  async function start() {
    const [east, west] = [await testCluster(EAST), await testCluster(WEST)];
    const { port } = silent.address() as AddressInfo;
    return startBackend({
      appNetwork: {
        helm: { command: east.helm },
        clusters: [
          { name: 'silent', url: `https://127.0.0.1:${port}` },
          { name: EAST, kubeconfig: east.kubeconfig },
          { name: WEST, kubeconfig: west.kubeconfig },
        ],
      },
    });
  }

  /** Writes the platform of a cluster, whose charts say in their ConfigMaps which cluster they are for. */
  async function apply(
    cluster: string,
    spec: NetworkPlatformSpec,
  ): Promise<void> {
    const ours = { path: chart };
    const values = { text: cluster };
    await client(cluster).apply(
      {
        apiVersion: API_VERSION,
        kind: 'NetworkPlatform',
        metadata: { name: NETWORK_PLATFORM_NAME },
        spec: {
          ...spec,
          networkPolicies: { enabled: false },
          ingressController: 'istio',
          components: {
            certManager: { chart: ours, values },
            istio: {
              charts: { base: ours, istiod: ours, gateway: ours },
              values,
            },
            ingressNginx: { enabled: false },
            externalDNS: { enabled: false },
          },
        },
      } as NetworkPlatform,
      { fieldManager: 'test', force: true },
    );
  }

  const client = (name: string) => connections.get(name)!.cluster.client;

  const clusterId = async (name: string) =>
    (await client(name).get({
      apiVersion: 'v1',
      kind: 'Namespace',
      name: 'kube-system',
    }))!.metadata.uid;

  const states = async (cluster: string) =>
    Object.fromEntries(
      ((await api.getPlatform(cluster)).status?.components ?? []).map(
        ({ release, state }) => [release, state],
      ),
    );

  it('installs a platform on each, each with its own profile, whatever another cluster does', async () => {
    await apply(EAST, {
      profile: 'development',
      dns: { custom: { suffix: 'east.example.com' } },
    });
    await apply(WEST, {
      profile: 'production',
      dns: { custom: { suffix: 'west.example.com' } },
    });
    for (const cluster of [EAST, WEST]) {
      await eventually(
        `the platform of ${cluster} is installed`,
        async () =>
          Object.values(await states(cluster).catch(() => ({}))).filter(
            state => state === 'Ready',
          ).length >= 4,
        90_000,
      );
    }
    await eventually(
      'the egress gateway, which production has, is installed',
      async () => (await states(WEST))['istio-egressgateway'] === 'Ready',
      30_000,
    );
    expect((await states(EAST))['istio-egressgateway']).toBe('Disabled');
    for (const cluster of [EAST, WEST]) {
      const { data } = (await client(cluster).get<
        KubernetesObject & { data?: object }
      >({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'cert-manager',
        name: 'cert-manager',
      }))!;
      expect(data).toEqual({ text: cluster });
    }
  });

  it('tells of each over HTTP, and says which one does not answer', async () => {
    const clusters = await api.getClusters();
    expect(clusters.map(({ name, state }) => [name, state])).toEqual([
      ['silent', expect.stringMatching(/^(Connecting|Unreachable)$/)],
      [EAST, 'Ready'],
      [WEST, 'Ready'],
    ]);
    for (const [cluster, profile, suffix] of [
      [EAST, 'development', 'east.example.com'],
      [WEST, 'production', 'west.example.com'],
    ]) {
      const { spec, status } = await api.getPlatform(cluster);
      expect(spec).toMatchObject({ profile, dns: { custom: { suffix } } });
      expect(
        status?.conditions?.find(({ type }) => type === 'DNSReady')?.message,
      ).toContain(suffix);
    }
  });

  it('knows whose ExternalDNS an owner id is', async () => {
    const [east, west] = [EAST, WEST].map(name => ({
      ...connections.get(name)!.cluster,
      name,
    })) as [Cluster, Cluster];
    const owners = createRecordOwners(east, () => [east, west]);
    const external = (ownerId?: string) => ({
      external: {
        zone: 'example.com',
        provider: { name: 'inmemory' },
        ownerId,
      },
    });
    const [ofEast, ofWest] = await Promise.all(
      [EAST, WEST].map(async name => `default-${await clusterId(name)}`),
    );
    await apply(WEST, { profile: 'production', dns: external() });
    await eventually(
      'the owner id of the other',
      () => owners(ofWest).cluster === WEST,
    );
    // Which has no zone.
    expect(owners(ofEast)).toEqual({});

    // In another zone it may be the same.
    await apply(EAST, { profile: 'development', dns: external(ofWest) });
    await eventually('the own owner id', () => owners(ofWest).isOwn);
    expect(owners(ofWest)).toEqual({ cluster: EAST, isOwn: true });
    expect(owners('somebody-else')).toEqual({});
  });

  it('removes the platform of one and leaves that of the other', async () => {
    const ref = {
      apiVersion: API_VERSION,
      kind: 'NetworkPlatform',
      name: NETWORK_PLATFORM_NAME,
    };
    const before = await api.getPlatform(WEST);
    await client(EAST).delete(ref);
    await eventually(
      `the platform of ${EAST} is gone`,
      async () => !(await client(EAST).get(ref)),
      60_000,
    );
    const after = await api.getPlatform(WEST);
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect((await states(WEST)).istiod).toBe('Ready');
  });
});
