import { expect, test } from '@playwright/test';
import { appNetwork, conditionOf, toldMode } from '../src/appNetworks.ts';
import { clusterCa, keepRequesting } from '../src/certificates.ts';
import {
  apply,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import {
  deleteNamespaces,
  deployment,
  dial,
  namespace,
  pod,
  podsReady,
  service,
  serviceAtPorts,
  type Caller,
} from '../src/connections.ts';
import { getThroughGateway } from '../src/gateway.ts';
import { gatewayAddress } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

/** Begins without a label, and comes to ask for sidecars. */
const NAMESPACE = 'mesh-shop';
/** Never asks for sidecars. */
const OUTSIDE = 'mesh-outside';
const CALLER: Caller = { namespace: OUTSIDE, name: 'caller' };
/** Of a pod on the network of its node: nobody else has it there. */
const NODE_PORT = 18474;

test.describe.configure({ mode: 'serial' });

test.describe('An application', () => {
  let cluster: LocalCluster;
  let gateway: { address: string; ca: string };

  const condition = (name: string) =>
    conditionOf(cluster, { namespace: NAMESPACE, name }, 'PolicyReady');

  const answer = (name: string) =>
    getThroughGateway(`https://${hostOf(name)}/`, gateway).then(
      ({ status }) => status,
      error => String(error),
    );

  const mode = (name: string) =>
    toldMode(cluster, { namespace: NAMESPACE, name });

  /** What a pod without a sidecar is answered, in plaintext, at a port of a Service. */
  const answerToPlaintext = (name: string, port: number) =>
    dial(cluster, CALLER, `${name}.${NAMESPACE}.svc.cluster.local`, port);

  async function rolledOut(name: string): Promise<void> {
    await kubectl(cluster, [
      ...['rollout', 'status', `deployment/${name}`],
      ...['--namespace', NAMESPACE, '--timeout=150s'],
    ]);
  }

  /** Does something while clients, each with a connection of its own, go on asking; none of them may notice. */
  async function unnoticed(action: () => Promise<void>): Promise<void> {
    const requests = keepRequesting(`https://${hostOf('shop')}/`, gateway);
    try {
      await action();
    } finally {
      const { answers, failures } = await requests.end();
      test.info().annotations.push({
        type: 'requests',
        description: `${answers} answered, ${failures.length} not`,
      });
      expect(failures).toEqual([]);
      expect(answers).toBeGreaterThan(20);
    }
  }

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    gateway = {
      address: await gatewayAddress(cluster),
      ca: await clusterCa(cluster),
    };
    await apply(cluster, [namespace(NAMESPACE), namespace(OUTSIDE)]);
    await apply(cluster, [
      pod(CALLER, { serves: [8080] }),
      gracefully(deployment({ namespace: NAMESPACE, name: 'shop' })),
      service({ namespace: NAMESPACE, name: 'shop' }),
      networkOf('shop', { access: [{ namespace: OUTSIDE }] }),
    ]);
    await rolledOut('shop');
    await podsReady(cluster, [OUTSIDE]);
    await expect.poll(() => answer('shop'), { timeout: 90_000 }).toBe(200);
  });

  test.afterAll(async () => {
    await deleteNamespaces(cluster, [NAMESPACE, OUTSIDE]);
  });

  test('whose pods have no sidecar is served, and told why it has none', async () => {
    await expect
      .poll(() => condition('shop'), { timeout: 60_000 })
      .toMatchObject({
        status: 'False',
        reason: 'SidecarMissing',
        message: expect.stringContaining(
          `kubectl label namespace ${NAMESPACE} istio-injection=enabled`,
        ),
      });
    expect(await mode('shop')).toBe('');
    expect(await answer('shop')).toBe(200);
  });

  test('joins the mesh while requests go on', () =>
    unnoticed(async () => {
      await kubectl(cluster, [
        ...['label', 'namespace', NAMESPACE, 'istio-injection=enabled'],
      ]);
      const restart = `kubectl rollout restart deployment/shop --namespace ${NAMESPACE}`;
      await expect
        .poll(() => condition('shop'), { timeout: 60_000 })
        .toMatchObject({
          reason: 'SidecarMissing',
          message: expect.stringMatching(
            new RegExp(`it is older than the label.*${restart}`),
          ),
        });
      // As it is told.
      await kubectl(cluster, restart.split(' ').slice(1));
      await rolledOut('shop');
      await expect
        .poll(() => condition('shop'), { timeout: 90_000 })
        .toMatchObject({ status: 'True', reason: 'Applied' });
      await expect
        .poll(() => mode('shop'), { timeout: 90_000 })
        .toBe('ISTIO_MUTUAL');
    }));

  test('refuses plaintext in the mesh', async () => {
    expect(await answerToPlaintext('shop', 80)).not.toContain('"responses"');
    expect(await answer('shop')).toBe(200);
  });

  test('leaves the mesh while requests go on, and takes plaintext then', async () => {
    await unnoticed(async () => {
      await kubectl(cluster, [
        ...['patch', 'appnetwork', 'shop', '--namespace', NAMESPACE],
        ...['--type=merge', '--patch={"spec":{"mesh":{"enabled":false}}}'],
      ]);
      await expect
        .poll(() => condition('shop'), { timeout: 60_000 })
        .toMatchObject({
          status: 'False',
          reason: 'SidecarPresent',
          message: expect.stringContaining('sidecar.istio.io/inject: "false"'),
        });
      expect(await mode('shop')).toBe('');
      const labels = { 'sidecar.istio.io/inject': 'false' };
      await kubectl(cluster, [
        ...['patch', 'deployment', 'shop', '--namespace', NAMESPACE],
        ...[
          '--patch',
          JSON.stringify({ spec: { template: { metadata: { labels } } } }),
        ],
      ]);
      await rolledOut('shop');
      await expect
        .poll(() => condition('shop'), { timeout: 90_000 })
        .toMatchObject({ status: 'True' });
      await expect
        .poll(() => mode('shop'), { timeout: 90_000 })
        .toBe('DISABLE');
    });
    await expect
      .poll(() => answerToPlaintext('shop', 80))
      .toContain('"responses"');
  });

  test('on the network of its node is served, and told that it can have no sidecar there', async () => {
    await apply(cluster, [
      onNode(deployment({ namespace: NAMESPACE, name: 'node' })),
      serviceAtPorts(
        { namespace: NAMESPACE, name: 'node' },
        { http: NODE_PORT },
      ),
      networkOf('node', {}),
    ]);
    await rolledOut('node');
    await expect
      .poll(() => condition('node'), { timeout: 60_000 })
      .toMatchObject({
        status: 'False',
        reason: 'SidecarMissing',
        message: expect.stringContaining('hostNetwork'),
      });
    await expect.poll(() => answer('node'), { timeout: 60_000 }).toBe(200);
  });

  test('takes plaintext at its permissive ports alone', async () => {
    await apply(cluster, [
      pod({ namespace: NAMESPACE, name: 'metrics' }, { serves: [8080, 9090] }),
      serviceAtPorts(
        { namespace: NAMESPACE, name: 'metrics' },
        { http: 8080, 'http-metrics': 9090 },
      ),
      networkOf('metrics', {
        rules: [{ backendRefs: [{ name: 'metrics', port: 8080 }] }],
        mesh: { permissivePorts: [9090] },
        access: [{ namespace: OUTSIDE }],
      }),
    ]);
    await kubectl(cluster, [
      ...['wait', 'pod/metrics', '--namespace', NAMESPACE],
      ...['--for=condition=Ready', '--timeout=90s'],
    ]);
    await expect.poll(() => answer('metrics'), { timeout: 60_000 }).toBe(200);
    await expect
      .poll(() => answerToPlaintext('metrics', 9090), { timeout: 60_000 })
      .toContain('"responses"');
    expect(await answerToPlaintext('metrics', 8080)).not.toContain(
      '"responses"',
    );
  });
});

function hostOf(name: string): string {
  return `${name}.mesh.example.com`;
}

function networkOf(name: string, spec: object): object {
  return appNetwork(
    { namespace: NAMESPACE, name },
    {
      selector: { matchLabels: { app: name } },
      hostnames: [hostOf(name)],
      ...spec,
    },
  );
}

interface Template {
  spec: { template: { spec: { containers: object[] } } };
}

/** Has pods answer until everybody knows that they go, as applications do that are to be replaced without a request lost. */
function gracefully(object: KubernetesObject): object {
  return withPods(object, {
    container: { lifecycle: { preStop: { sleep: { seconds: 5 } } } },
  });
}

/** Has pods answer on the network of their node. */
function onNode(object: KubernetesObject): object {
  return withPods(object, {
    pod: { hostNetwork: true },
    container: {
      args: ['netexec', `--http-port=${NODE_PORT}`, '--udp-port=-1'],
      readinessProbe: { httpGet: { path: '/', port: NODE_PORT } },
    },
  });
}

/** A Deployment whose pods, and their one container, are otherwise in some fields. */
function withPods(
  object: KubernetesObject,
  changes: { pod?: object; container: object },
): object {
  const { spec, ...rest } = object as KubernetesObject & Template;
  const [container] = spec.template.spec.containers;
  return {
    ...rest,
    spec: {
      ...spec,
      template: {
        ...spec.template,
        spec: {
          ...changes.pod,
          containers: [{ ...container, ...changes.container }],
        },
      },
    },
  };
}
