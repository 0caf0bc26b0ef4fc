import { randomUUID } from 'node:crypto';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  API_VERSION,
  customResourceDefinitions,
  NETWORK_PLATFORM_NAME,
  type ComponentStatus,
  type KubernetesObject,
  type NetworkPlatform,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { installCustomResourceDefinitions } from '../../engine/crds';
import { PLATFORM_REF } from '../../kinds';
import {
  connectToTestCluster,
  eventually,
  takeDown,
  testCluster,
  type TestConnection,
} from '../../testing/cluster';
import { createChartStore, type ChartStore } from '../charts/chartStore';
import { startPlatformController } from '../controller';
import { createHelm } from '../helm';
import type { ReleaseSecret } from '../installedReleases';

/**
 * A control plane of its own (a cluster has one NetworkPlatform), with the real Helm and small charts of ours, for no pod runs there. Call it
 * in a `describe`; what it returns is there in tests.
 *
 * @param clusterName - name of the local cluster
 */
export function platformTest(clusterName: string) {
  let connection: TestConnection;
  let folder: string;
  let chart: string;
  let helm: string;
  let kubeconfig: string;
  let namespace: string;
  let chartStore: ChartStore;
  let started: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    const cluster = await testCluster(clusterName);
    kubeconfig = cluster.kubeconfig;
    connection = await connectToTestCluster(() => {}, clusterName);
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
    chartStore = createChartStore({ helm: createHelm({ command: helm }) });
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
    await chartStore.close();
  });

  afterAll(async () => {
    await connection?.close();
    await takeDown(clusterName);
    await rm(folder, { recursive: true, force: true });
  });

  /** A backend, as far as platforms go. */
  function start({ command = helm, charts = chartStore } = {}) {
    const end = new AbortController();
    const controller = startPlatformController({
      cluster: connection.cluster,
      helm: createHelm({ command }),
      charts,
      logger: SILENT,
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
    more: NetworkPlatformSpec = {},
  ): Promise<void> {
    const ours = { path: chart };
    const spec: NetworkPlatformSpec = {
      ...more,
      components: {
        ingressNginx: { enabled: false },
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

  return {
    start,
    apply,
    platform,
    component,
    condition,
    configMap,
    revisions,
    helmCalls,
    /** Has the platform looked at again, though nothing of it has changed. */
    touch: () =>
      connection.cluster.client.mergePatch(PLATFORM_REF, {
        metadata: { annotations: { 'example.com/look': randomUUID() } },
      }),
    forgetHelmCalls: () => rm(callsFile(folder), { force: true }),
    get client() {
      return connection.cluster.client;
    },
    get connection() {
      return connection;
    },
    get namespace() {
      return namespace;
    },
    get folder() {
      return folder;
    },
    get chart() {
      return chart;
    },
    get helm() {
      return helm;
    },
    /** Charts of the backend that {@link start} starts. */
    get charts() {
      return chartStore;
    },
    get kubeconfig() {
      return kubeconfig;
    },
  };
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

const SILENT: LoggerService = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  child: () => SILENT,
};

function callsFile(folder: string): string {
  return path.join(folder, 'calls');
}

/** A chart with a ConfigMap; with values it has a Deployment, an autoscaler, waits for a Job that nobody runs, or fails. */
export async function writeChart(folder: string): Promise<string> {
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
{{- if .Values.autoscaler }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .Release.Name }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ .Release.Name }} }
  maxReplicas: 5
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
