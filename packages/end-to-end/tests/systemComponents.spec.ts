import { expect, test } from '@playwright/test';
import { clusterCa } from '../src/certificates.ts';
import {
  apply,
  getObject,
  kubectl,
  localCluster,
  type LocalCluster,
} from '../src/cluster.ts';
import {
  addressOf,
  deleteNamespaces,
  deployment,
  dial,
  namespace,
  pod,
  podsReady,
  service,
} from '../src/connections.ts';
import { getThroughGateway, redirectOf } from '../src/gateway.ts';
import { patchPlatform, platformCondition } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const NAMESPACE = 'system-component';
const CALLER = { namespace: 'system-component-caller', name: 'caller' };

const DASHBOARD = { namespace: NAMESPACE, name: 'dashboard' };

const component = {
  ...DASHBOARD,
  selector: { matchLabels: { app: 'dashboard' } },
  ingress: { service: 'dashboard', port: 80 },
  access: [{ namespace: CALLER.namespace, ports: [8080] }],
};

interface Status {
  status: {
    urls?: { name: string; url: string }[];
    ingress: { system: { addresses: { value: string }[] } };
    systemComponents?: { mesh: string; state: string; message: string }[];
  };
}

test.describe.configure({ mode: 'serial' });

test.describe('A system component', () => {
  let cluster: LocalCluster;
  let restore: () => Promise<void>;
  let url: string;
  let address: string;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    await apply(cluster, [namespace(NAMESPACE), namespace(CALLER.namespace)]);
    await apply(cluster, [
      deployment(DASHBOARD),
      service(DASHBOARD),
      pod(CALLER, { serves: [8080] }),
    ]);
    await podsReady(cluster, [NAMESPACE, CALLER.namespace]);
    restore = await patchPlatform(cluster, { systemComponents: [] });
  });

  test.afterAll(async () => {
    await restore?.();
    await deleteNamespaces(cluster, [NAMESPACE, CALLER.namespace]);
  });

  const platform = () =>
    getObject<Status>(cluster, 'networkplatform', 'default');

  /** Puts the component on the list as it is wanted, and waits until the platform has done it. */
  async function list(change: object, mesh: string): Promise<void> {
    await patchPlatform(cluster, {
      systemComponents: [{ ...component, ...change }],
    });
    await expect
      .poll(async () => (await platform()).status.systemComponents, {
        timeout: 120_000,
      })
      .toMatchObject([{ state: 'Ready', message: '', mesh }]);
  }

  async function served(): Promise<void> {
    const ca = await clusterCa(cluster);
    const { hostname } = new URL(url);
    await expect
      .poll(async () => getThroughGateway(`${url}hostname`, { address, ca }))
      .toMatchObject({
        status: 200,
        certificateNames: `DNS:${hostname}`,
        body: expect.stringMatching(/^dashboard-/),
      });
  }

  /** The answer to a request without TLS from a pod outside the mesh, straight to the component's pod. */
  async function plaintext(): Promise<string> {
    const target = await addressOf(cluster, {
      namespace: NAMESPACE,
      labels: { app: 'dashboard' },
      port: 8080,
    });
    const [host = '', port] = target.split(':');
    return dial(cluster, CALLER, host, Number(port));
  }

  test('outside the mesh is served at its hostname, with a certificate of the platform', async () => {
    await list({}, 'Out');
    const { status } = await platform();
    address = status.ingress.system.addresses[0]?.value ?? '';
    url = `https://dashboard.default.${address}.nip.io/`;
    expect(status.urls).toEqual([{ name: 'dashboard', url }]);
    await served();
    expect(await plaintext()).toContain('dashboard-');
    expect(
      await platformCondition(cluster, 'SystemIngressReady'),
    ).toMatchObject({ status: 'True', message: `Served: ${url}.` });
  });

  test('answers over HTTP with the way to HTTPS', async () => {
    const { hostname } = new URL(url);
    await expect
      .poll(() => redirectOf(`http://${hostname}/`, { address }))
      .toEqual({ status: 301, location: url });
  });

  test('is taken into the mesh with a rolling restart, is still served, and refuses plaintext', async () => {
    await list({ mesh: true }, 'In');
    await served();
    expect(await plaintext()).toContain('errors');
    expect(await platformCondition(cluster, 'SystemMeshReady')).toMatchObject({
      status: 'True',
      message: `In the mesh: ${NAMESPACE}/dashboard.`,
    });
  });

  test('is taken out again, with nothing of its workload changed but the label from here', async () => {
    await list({ mesh: false }, 'Out');
    await served();
    expect(await plaintext()).toContain('dashboard-');
    const { spec } = await getObject<{
      spec: { template: { metadata: { labels: object } } };
    }>(cluster, 'deployment', 'dashboard', NAMESPACE);
    expect(spec.template.metadata.labels).toEqual({ app: 'dashboard' });
  });

  test('none of whose pods is ready is not said to be served', async () => {
    const scale = (replicas: number) =>
      kubectl(cluster, [
        ...['scale', 'deployment', 'dashboard', '--namespace', NAMESPACE],
        ...['--replicas', String(replicas)],
      ]);
    await scale(0);
    await expect
      .poll(() => platformCondition(cluster, 'SystemIngressReady'))
      .toMatchObject({
        status: 'False',
        message: `${NAMESPACE}/dashboard: None of the pods behind Service ${NAMESPACE}/dashboard is ready, so that nobody answers. Where that lasts, see kubectl describe pod.`,
      });
    await scale(1);
    await expect
      .poll(() => platformCondition(cluster, 'SystemIngressReady'))
      .toMatchObject({ status: 'True' });
    await served();
  });

  test('whose Service or pods do not exist is told so, and the others are served', async () => {
    await patchPlatform(cluster, {
      systemComponents: [
        component,
        {
          name: 'missing',
          namespace: NAMESPACE,
          selector: { matchLabels: { app: 'missing' } },
          ingress: { service: 'missing', port: 80 },
        },
      ],
    });
    await expect
      .poll(() => platformCondition(cluster, 'SystemIngressReady'))
      .toMatchObject({
        status: 'False',
        message: `${NAMESPACE}/missing: spec.systemComponents ${NAMESPACE}/missing: ingress.service: namespace ${NAMESPACE} has no Service missing. Create it, or correct the name.`,
      });
    await served();
  });

  test('that is listed no longer has no Ingress, certificate or Secret, and leaves the mesh', async () => {
    await list({ mesh: true }, 'In');
    await patchPlatform(cluster, { systemComponents: [] });
    const left = () =>
      kubectl(cluster, [
        ...['get', 'ingresses,certificates,secrets', '--all-namespaces'],
        ...['--selector', 'app-network.io/owner=default', '--output', 'name'],
      ]);
    await expect.poll(left).not.toContain('dashboard');
    expect(
      await platformCondition(cluster, 'SystemIngressReady'),
    ).toMatchObject({ status: 'True', reason: 'NoneListed' });
    await expect
      .poll(async () => (await platform()).status.systemComponents, {
        timeout: 120_000,
      })
      .toEqual([]);
    expect(await plaintext()).toContain('dashboard-');
  });
});
