import {
  API_VERSION,
  customResourceDefinitions,
  type AppNetworkSpec,
  type KubernetesObject,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import {
  mockServices,
  createMockDirectory,
} from '@backstage/backend-test-utils';
import { KubeConfig } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { startAppNetworkController } from '../application/controller';
import { appNetworkInformers } from '../application/informers';
import { upstreamDefinitions } from '../application/testing/upstreamDefinitions';
import { GATEWAY } from '../application/render/kinds';
import { installCustomResourceDefinitions } from '../engine/crds';
import { objectRef } from '../engine/objects';
import type { Cluster } from '../engine/types';
import { APP_NETWORK } from '../kinds';
import {
  connectToTestCluster,
  eventually,
  synced,
  takeDown,
  testCluster,
  type TestConnection,
} from '../testing/cluster';
import { renderCommand } from './render';

jest.setTimeout(60_000);

type Anything = KubernetesObject & { spec?: unknown };

/** A cluster of its own, for it has a platform and a controller. */
const CLUSTER = 'render';

const stop = new AbortController();
const files = createMockDirectory();
let test: TestConnection;
let namespace: string;
let stopped: Promise<void>;
/** What the reconciler has applied. */
const applied: KubernetesObject[] = [];

const PLATFORM: NetworkPlatform = {
  apiVersion: API_VERSION,
  kind: 'NetworkPlatform',
  metadata: { name: 'default' },
};

beforeAll(async () => {
  test = await connectToTestCluster(() => {}, CLUSTER);
  const { client } = test.cluster;
  const problems = await installCustomResourceDefinitions(
    client,
    [...customResourceDefinitions(), ...(await upstreamDefinitions())],
    stop.signal,
  );
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  await client.apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'istio-system' },
  });
  await client.apply({ ...PLATFORM, spec: {} });
  await client.apply<NetworkPlatform>(
    {
      ...PLATFORM,
      status: {
        ingress: {
          applications: {
            addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
          },
        },
      },
    },
    { subresource: 'status', force: true },
  );
  namespace = await test.createNamespace();
  await Promise.all(appNetworkInformers(test.cluster).owned.map(synced));
  ({ stopped } = startAppNetworkController({
    cluster: recording(test.cluster),
    logger: mockServices.logger.mock(),
    signal: stop.signal,
  }));
}, 900_000);

afterAll(async () => {
  stop.abort();
  await stopped;
  await test?.close();
  await takeDown(CLUSTER);
});

/** The cluster, with what is applied to it and is not a status noted down. */
function recording(cluster: Cluster): Cluster {
  return {
    ...cluster,
    client: {
      ...cluster.client,
      apply: (object, options) => {
        if (!options?.subresource) {
          applied.push(object);
        }
        return cluster.client.apply(object, options);
      },
    },
  };
}

const apply = (object: Anything) =>
  test.cluster.client.apply(
    { ...object, metadata: { ...object.metadata, namespace } },
    { fieldManager: 'test', force: true },
  );

const appNetwork = (name: string, spec: AppNetworkSpec) =>
  apply({
    ...APP_NETWORK,
    metadata: { name },
    spec,
  });

const ready = (name: string) =>
  eventually(`${name} reconciled`, async () => {
    const found = await test.cluster.client.get<
      KubernetesObject & { status?: { conditions?: { type: string }[] } }
    >({ ...APP_NETWORK, namespace, name });
    return found?.status?.conditions?.some(
      ({ type }) => type === 'GatewayReady',
    );
  });

/** Renders with the test's cluster. */
async function run(...args: string[]) {
  const { kubeconfig, context } = await testCluster(CLUSTER);
  return runWith(kubeconfig, context, ...args);
}

async function runWith(kubeconfig: string, context: string, ...args: string[]) {
  let out = '';
  let err = '';
  const code = await renderCommand(
    ['--kubeconfig', kubeconfig, '--context', context, ...args],
    {
      out: text => {
        out += text;
      },
      err: text => {
        err += text;
      },
    },
  );
  const objects = parseAllDocuments(out).map(
    document => document.toJS() as KubernetesObject,
  );
  return { code, err, objects };
}

const lines = (objects: KubernetesObject[]) =>
  objects.map(object => JSON.stringify(object)).sort();

describe('npm run render with a cluster', () => {
  beforeAll(async () => {
    await apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'shop' },
      spec: {
        selector: { app: 'shop' },
        ports: [{ port: 8080, targetPort: 8081 }],
      },
    });
    await apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'shop' } },
        template: {
          metadata: { labels: { app: 'shop' } },
          spec: {
            serviceAccountName: 'shopkeeper',
            containers: [{ name: 'shop', image: 'shop' }],
          },
        },
      },
    });
    const { services, workloads } = appNetworkInformers(test.cluster);
    await eventually('Service in the cache', () =>
      services.get(namespace, 'shop'),
    );
    await eventually('Deployment in the cache', () =>
      workloads[0]?.get(namespace, 'shop'),
    );
    const selector = { matchLabels: { app: 'shop' } };
    await appNetwork('generated', { selector });
    await ready('generated');
    await appNetwork('everything', {
      selector,
      hostnames: [`b.${namespace}.example.com`, `*.${namespace}.example.com`],
      rules: [
        {
          matches: [
            {
              path: { type: 'Exact', value: '/yes' },
              headers: [{ name: 'X-Answer', value: 'yes' }],
            },
          ],
          backendRefs: [{ name: 'shop', port: 8080 }],
          sessionPersistence: { sessionName: 'sid', absoluteTimeout: '1h30m' },
          timeouts: { request: '1500ms' },
          retry: { attempts: 2 },
        },
        { backendRefs: [{ name: 'shop', port: 8080 }] },
      ],
      mesh: { permissivePorts: [9090] },
      access: [{ namespace: 'other', serviceAccount: 'caller' }],
      dns: { ttl: 60 },
    });
    await ready('everything');
  });

  it('prints byte for byte what the reconciler has applied', async () => {
    const { code, err, objects } = await run('--namespace', namespace);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(objects.length).toBeGreaterThan(12);
    expect(lines(objects)).toEqual(lines(applied));
  });

  it('changes nothing when it is applied as the reconciler applies', async () => {
    const { objects } = await run(
      '--namespace',
      namespace,
      '--name',
      'everything',
    );
    for (const object of objects) {
      const before = await test.cluster.client.get(objectRef(object));
      const after = await test.cluster.client.apply(object);
      expect(after).toEqual(before);
    }
  });

  it('renders a file among what is in the cluster, where it keeps its hostnames', async () => {
    files.setContent({
      'changed.yaml': JSON.stringify({
        ...APP_NETWORK,
        metadata: { name: 'everything', namespace },
        spec: {
          selector: { matchLabels: { app: 'shop' } },
          hostnames: [`b.${namespace}.example.com`],
        },
      }),
    });
    const writes = applied.length;
    const { code, err, objects } = await run(files.resolve('changed.yaml'));
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(objects.find(({ kind }) => kind === 'VirtualService')).toMatchObject(
      {
        spec: {
          hosts: [`b.${namespace}.example.com`],
          http: [
            { route: [{ destination: { port: { number: 8080 } } }] },
            { redirect: { scheme: 'https' } },
          ],
        },
      },
    );
    expect(JSON.stringify(objects)).toContain('sa/shopkeeper');
    expect(applied).toHaveLength(writes);
  });

  it('tells a newcomer whose hostname it wants', async () => {
    files.setContent({
      'new.yaml': JSON.stringify({
        ...APP_NETWORK,
        metadata: { name: 'newcomer', namespace },
        spec: { hostnames: [`b.${namespace}.example.com`], dns: { ttl: 60 } },
      }),
    });
    const { code, err } = await run(files.resolve('new.yaml'));
    expect(code).toBe(1);
    expect(err).toContain(
      `belongs to AppNetwork everything in namespace ${namespace}`,
    );
  });

  it('tells a newcomer that a Gateway has the hostname, and says so where Gateways may not be read', async () => {
    await apply({
      ...GATEWAY,
      metadata: { name: 'legacy' },
      spec: {
        selector: { istio: 'ingressgateway' },
        servers: [
          {
            port: { number: 443, name: 'https', protocol: 'HTTPS' },
            hosts: [`legacy.${namespace}.example.com`],
            tls: { mode: 'SIMPLE', credentialName: 'legacy' },
          },
        ],
      },
    });
    files.setContent({
      'new.yaml': JSON.stringify({
        ...APP_NETWORK,
        metadata: { name: 'newcomer', namespace },
        spec: { hostnames: [`legacy.${namespace}.example.com`] },
      }),
      'kubeconfig.json': await kubeconfigWithRights([
        { apiGroups: ['', 'apps'], resources: ['*'], verbs: ['get', 'list'] },
        {
          apiGroups: [APP_NETWORK.apiVersion.split('/')[0], 'cert-manager.io'],
          resources: ['*'],
          verbs: ['get', 'list'],
        },
      ]),
    });
    const file = files.resolve('new.yaml');
    expect((await run(file)).err).toContain(
      `belongs to Istio Gateway legacy in namespace ${namespace}`,
    );
    const { err, objects } = await runWith(
      files.resolve('kubeconfig.json'),
      'reader',
      file,
    );
    expect(err).toMatch(/gateways.*their hostnames are taken to be free/);
    expect(err).toMatch(/ingresses.*their hostnames are taken to be free/);
    expect(err).toMatch(
      /cronjobs.*service accounts of their pods are not known/,
    );
    expect(objects.map(({ kind }) => kind)).toContain('Gateway');
  });
});

/** A kubeconfig, with the context `reader`, of a service account that has some rights in the whole cluster. */
async function kubeconfigWithRights(rules: object[]): Promise<string> {
  const metadata = { name: 'reader' };
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const rbac = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: 'reader' };
  const subjects = [{ kind: 'ServiceAccount', name: 'reader', namespace }];
  for (const object of [
    { kind: 'ClusterRole', rules },
    { kind: 'ClusterRoleBinding', roleRef, subjects },
  ]) {
    await test.cluster.client.apply({
      apiVersion: `${rbac}/v1`,
      metadata,
      ...object,
    });
  }
  const { status } = await test.connection.request<{
    status: { token: string };
  }>({
    call: { verb: 'create', object: 'token' },
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/reader/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' },
  });
  const { kubeconfig, context } = await testCluster(CLUSTER);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  kubeConfig.setCurrentContext(context);
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) {
    throw new Error(`${context} names no cluster`);
  }
  kubeConfig.loadFromClusterAndUser(cluster, {
    name: 'reader',
    token: status.token,
  });
  return kubeConfig.exportConfig().replaceAll('loaded-context', 'reader');
}
