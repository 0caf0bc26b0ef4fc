import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { mockServices } from '@backstage/backend-test-utils';
import {
  API_VERSION,
  customResourceDefinitions,
  NETWORK_PLATFORM_NAME,
  type ComponentStatus,
  type KubernetesObject,
  type NetworkPlatform,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { installCustomResourceDefinitions } from '../engine/crds';
import {
  connectToTestCluster,
  eventually,
  takeDown,
  testCluster,
  type TestConnection,
} from '../testing/cluster';
import { startPlatformController } from './controller';
import type { ReleaseSecret } from './installedReleases';

jest.setTimeout(120_000);

/** A cluster has one NetworkPlatform, so these tests have a cluster of their own. */
const CLUSTER = 'platform-test';

const PLATFORM_REF = {
  apiVersion: API_VERSION,
  kind: 'NetworkPlatform',
  name: NETWORK_PLATFORM_NAME,
};

/** The real Helm and a real API server; small charts of our own, for no pod runs here. */
describe('startPlatformController', () => {
  let connection: TestConnection;
  let folder: string;
  let chart: string;
  let helm: string;
  let kubeconfig: string;
  let namespace: string;
  let started: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    const cluster = await testCluster(CLUSTER);
    kubeconfig = cluster.kubeconfig;
    connection = await connectToTestCluster(() => {}, CLUSTER);
    await installCustomResourceDefinitions(
      connection.cluster.client,
      customResourceDefinitions(),
      new AbortController().signal,
    );
    folder = await mkdtemp(path.join(tmpdir(), 'platform-test-'));
    chart = await writeChart(path.join(folder, 'chart'));
    helm = await writeCountingHelm(folder, cluster.helm ?? 'helm');
  }, 900_000);

  beforeEach(async () => {
    namespace = await connection.createNamespace();
    await rm(callsFile(folder), { force: true });
  });

  afterEach(async () => {
    const { client } = connection.cluster;
    if (await client.get(PLATFORM_REF)) {
      if (started.length === 0) {
        start();
      }
      await client.delete(PLATFORM_REF);
      await eventually(
        'the platform is gone',
        async () => !(await client.get(PLATFORM_REF)),
        60_000,
      );
    }
    await Promise.all(started.map(({ stop }) => stop()));
    started = [];
  });

  afterAll(async () => {
    await connection?.close();
    await takeDown(CLUSTER);
    await rm(folder, { recursive: true, force: true });
  });

  /** A backend, as far as platforms go. */
  function start(helmCommand = helm) {
    const end = new AbortController();
    const controller = startPlatformController({
      cluster: connection.cluster,
      helmCommand,
      logger: mockServices.logger.mock(),
      signal: end.signal,
    });
    const backend = {
      async stop() {
        end.abort();
        await controller.stopped;
        started = started.filter(other => other !== backend);
      },
    };
    started.push(backend);
    return backend;
  }

  /** Writes the platform as a user does; the charts are ours unless it says otherwise. */
  async function apply(
    components: {
      certManager?: object;
      istio?: object;
      charts?: object;
    } = {},
  ): Promise<void> {
    const ours = { path: chart };
    const spec: NetworkPlatformSpec = {
      components: {
        certManager: { namespace, chart: ours, ...components.certManager },
        istio: {
          namespace,
          charts: {
            base: ours,
            istiod: ours,
            gateway: ours,
            ...components.charts,
          },
          ...components.istio,
        },
      },
    };
    await connection.cluster.client.apply(
      {
        apiVersion: API_VERSION,
        kind: 'NetworkPlatform',
        metadata: { name: NETWORK_PLATFORM_NAME },
        spec,
      } as NetworkPlatform,
      { fieldManager: 'test', force: true },
    );
  }

  const platform = () =>
    connection.cluster.client.get<NetworkPlatform>(PLATFORM_REF);

  /** Waits until a release is in a state, and gives what the status says of it. */
  function component(
    release: string,
    state: ComponentStatus['state'],
  ): Promise<ComponentStatus> {
    return eventually(
      `${release} ${state}`,
      async () =>
        (await platform())?.status?.components?.find(
          other => other.release === release && other.state === state,
        ),
      60_000,
    );
  }

  const condition = async (type: string) =>
    (await platform())?.status?.conditions?.find(other => other.type === type);

  const configMap = (name: string) =>
    connection.cluster.client.get<KubernetesObject & { data?: object }>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name,
    });

  const revisions = async (release: string) =>
    (
      await connection.cluster.client.list<ReleaseSecret>(
        { apiVersion: 'v1', kind: 'Secret' },
        { namespace, labelSelector: `owner=helm,name=${release}` },
      )
    ).map(
      ({ metadata }) =>
        `${metadata.labels?.version} ${metadata.labels?.status}`,
    );

  const helmCalls = async () => {
    const text = await readFile(callsFile(folder), 'utf8').catch(() => '');
    return text.split('\n').filter(line => / (upgrade|uninstall) /.test(line));
  };

  it('installs each release when what it needs is there, upgrades it when the spec changes, and calls Helm for nothing else', async () => {
    const first = start();
    await apply();
    await component('istio-ingressgateway', 'Ready');
    await component('cert-manager', 'Ready');
    const order = (await helmCalls())
      .map(line => /--install (\S+)/.exec(line)?.[1])
      .filter(name => name !== 'cert-manager');
    expect(order).toEqual(['istio-base', 'istiod', 'istio-ingressgateway']);
    expect(await condition('IngressGatewayReady')).toMatchObject({
      status: 'False',
      reason: 'NoAddress',
    });

    await first.stop();
    const { metadata } = (await platform())!;
    start();
    await connection.cluster.client.mergePatch(PLATFORM_REF, {
      metadata: { annotations: { 'example.com/look': 'again' } },
    });
    await apply({ certManager: { values: { text: 'changed' } } });
    await eventually('upgraded', async () => {
      const { data } = (await configMap('cert-manager')) ?? {};
      return data && 'text' in data && data.text === 'changed';
    });
    await component('cert-manager', 'Ready');
    expect((await platform())?.metadata.uid).toBe(metadata.uid);
    expect(await helmCalls()).toHaveLength(5);
    expect(await revisions('cert-manager')).toEqual([
      '1 superseded',
      '2 deployed',
    ]);
  });

  it('says why a chart fails and what to do, and goes on with the others', async () => {
    start();
    await apply({
      certManager: { values: { fail: 'no licence' } },
      charts: { base: { path: '/does/not/exist.tgz' } },
    });
    expect((await component('cert-manager', 'Failed')).message).toContain(
      'no licence',
    );
    expect((await component('istio-base', 'Failed')).message).toContain(
      'path /does/not/exist.tgz does not exist on the machine of the backend. Put the chart there, or name another place in spec.components.istio.charts.base.',
    );
    expect((await component('istiod', 'Pending')).message).toBe(
      'Waits for istio-base.',
    );
    expect((await platform())?.status?.phase).toBe('Failed');
    expect(await condition('Ready')).toMatchObject({ status: 'False' });
    expect(await condition('IstioReady')).toMatchObject({
      reason: 'ComponentFailed',
      message: expect.stringContaining('/does/not/exist.tgz'),
    });

    await apply({ certManager: { values: { fail: 'no licence' } } });
    await component('istio-ingressgateway', 'Ready');
    await component('cert-manager', 'Failed');
  });

  it('goes on where a run of Helm was killed', async () => {
    start();
    await apply({ certManager: { values: { hook: true } } });
    await eventually('Helm waits for its hook', async () =>
      (await revisions('cert-manager')).includes('1 pending-install'),
    );
    const [call] = (await helmCalls()).filter(line =>
      line.includes('cert-manager'),
    );
    process.kill(Number(call.split(' ')[0]), 'SIGKILL');
    await component('cert-manager', 'Failed');
    expect(await revisions('cert-manager')).toEqual(['1 pending-install']);

    await apply();
    await component('cert-manager', 'Ready');
    expect(await revisions('cert-manager')).toEqual(['1 deployed']);
  });

  it('ends Helm with the backend, and goes on with the next', async () => {
    const first = start();
    await apply({ certManager: { values: { hook: true } } });
    await eventually('Helm waits for its hook', async () =>
      (await revisions('cert-manager')).includes('1 pending-install'),
    );
    await first.stop();
    const [call] = (await helmCalls()).filter(line =>
      line.includes('cert-manager'),
    );
    await eventually(
      'Helm has ended',
      () => !isRunning(Number(call.split(' ')[0])),
    );

    await apply();
    start();
    await component('cert-manager', 'Ready');
    expect((await revisions('cert-manager')).at(-1)).toMatch(/deployed$/);
  });

  it('leaves a release alone that somebody else installed', async () => {
    await promisify(execFile)(helm, [
      ...['--kubeconfig', kubeconfig, '--namespace', namespace],
      ...['install', 'cert-manager', chart, '--set', 'text=theirs'],
    ]);
    start();
    await apply();
    const { message } = await component('cert-manager', 'Failed');
    expect(message).toContain(
      `Helm release cert-manager in namespace ${namespace} (chart version 1.2.3, revision 1, deployed) was not installed by App Network and is left alone.`,
    );
    await component('istio-ingressgateway', 'Ready');

    await connection.cluster.client.delete(PLATFORM_REF);
    await eventually('the platform is gone', async () => !(await platform()));
    expect((await configMap('cert-manager'))?.data).toEqual({ text: 'theirs' });
    expect(await configMap('istiod')).toBeUndefined();
  });

  it('removes what is no longer wanted, what needs it first', async () => {
    start();
    await apply();
    await component('istio-ingressgateway', 'Ready');
    await rm(callsFile(folder));
    await apply({ istio: { enabled: false } });
    await component('istio-base', 'Disabled');
    expect(
      (await helmCalls()).map(line => /uninstall (\S+)/.exec(line)?.[1]),
    ).toEqual(['istio-ingressgateway', 'istiod', 'istio-base']);
    expect(await configMap('istiod')).toBeUndefined();
    expect(await configMap('cert-manager')).toBeDefined();
  });

  it('says how far pods are', async () => {
    start();
    await apply({ certManager: { values: { deployment: true } } });
    const { message } = await eventually('pods are counted', async () =>
      (
        await platform()
      )?.status?.components?.find(
        other =>
          other.release === 'cert-manager' &&
          other.message?.includes('0 of 1 pods ready'),
      ),
    );
    expect(message).toMatch(/^Installing, 0 of 1 pods ready, \d+ s\./);
    await eventually('the scheduler is heard', async () =>
      (
        await platform()
      )?.status?.components?.some(other =>
        /Pod \S+ has no node: no nodes available .* Add a node/.test(
          other.message ?? '',
        ),
      ),
    );
  });

  it('says that there is no helm program, or an old one', async () => {
    const first = start(path.join(folder, 'no-such-helm'));
    await apply();
    for (const release of ['cert-manager', 'istio-base']) {
      expect((await component(release, 'Failed')).message).toMatch(
        /The helm program '.*no-such-helm' can't be run \(ENOENT\)\. Install Helm 4 .* appNetwork\.helm\.command/,
      );
    }
    await first.stop();

    const old = path.join(folder, 'old-helm');
    await writeFile(old, '#!/bin/sh\necho v3.18.4\n', { mode: 0o755 });
    start(old);
    await eventually('the old one is found', async () =>
      (
        await platform()
      )?.status?.components?.some(({ message }) =>
        message?.includes('is of version v3.18.4, and version 4 is needed'),
      ),
    );
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The real helm, noting its process id and what it is called with. */
async function writeCountingHelm(
  folder: string,
  helm: string,
): Promise<string> {
  const file = path.join(folder, 'helm');
  await writeFile(
    file,
    `#!/bin/sh\necho "$$ $*" >> '${callsFile(folder)}'\nexec '${helm}' "$@"\n`,
    { mode: 0o755 },
  );
  return file;
}

function callsFile(folder: string): string {
  return path.join(folder, 'calls');
}

/** A chart with a ConfigMap; with values it has a Deployment, waits for a Job that nobody runs, or fails. */
async function writeChart(folder: string): Promise<string> {
  await mkdir(path.join(folder, 'templates'), { recursive: true });
  await writeFile(
    path.join(folder, 'Chart.yaml'),
    'apiVersion: v2\nname: small\nversion: 1.2.3\n',
  );
  await writeFile(
    path.join(folder, 'templates', 'all.yaml'),
    `{{- with .Values.fail }}{{ fail . }}{{ end }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  text: {{ .Values.text | default "none" }}
{{- if .Values.hook }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: main, image: example.com/none }]
{{- end }}
{{- if .Values.deployment }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    matchLabels: { app: {{ .Release.Name }} }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
    spec:
      containers: [{ name: main, image: example.com/none }]
{{- end }}
`,
  );
  return folder;
}
