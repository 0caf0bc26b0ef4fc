import {
  API_VERSION,
  type AppNetworkClient,
  type KubernetesObject,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import * as x509 from '@peculiar/x509';
import { upstreamDefinitions } from './application/testing/upstreamDefinitions';
import { RENDERED_KINDS } from './application/render/kinds';
import { installCustomResourceDefinitions } from './engine/crds';
import { kindKey, objectRef } from './engine/objects';
import { MANAGED_BY_SELECTOR } from './engine/reconcileOwned';
import type { KindRef } from './engine/types';
import { NO_FACTS, type ClusterFacts } from './platform/clusterFacts';
import { platformReleases } from './platform/components/platformReleases';
import type { ComponentName } from './platform/components/types';
import { PLATFORM_KINDS } from './platform/render/render';
import { injection } from './platform/systemComponents/meshMembership';
import type { Workload } from './platform/workloads';
import {
  startBackend,
  type StartedBackend,
} from './__testUtils__/startBackend';
import {
  connectToTestCluster,
  eventually,
  takeDown,
  testCluster,
  type TestCluster,
  type TestConnection,
} from './testing/cluster';
import { freePort } from './testing/freePort';
import { installerRole } from './testing/installerRole';
import { localBuild } from './testing/localBuild';
import {
  askedFor,
  clusterAsPortal,
  rbacExample,
  rightsOf,
  updateRbacExample,
} from './testing/portalAccount';
import { keepPodsReady } from './testing/readyPods';

jest.setTimeout(300_000);

const CLUSTER = 'rbac-test';

/** Rights that are for what doesn't happen on a control plane alone: pods that run and have logs. */
const UNSEEN = new Set(['get pods/log']);

const FACTS: ClusterFacts = { ...NO_FACTS, clusterId: 'cluster' };

/** A folder with charts that are not in the local cluster's build, `external-dns` and `nginx-ingress`; without it their roles aren't looked at. */
const OTHER_CHARTS = process.env.APP_NETWORK_TEST_CHARTS;

/** Releases of {@link upstreamPlatform} whose charts are in the local cluster's build. */
const RELEASES = 5 + (OTHER_CHARTS ? 2 : 0);

const ROLES: [file: string, components: ComponentName[]][] = [
  ['platform-installer.yaml', ['certManager', 'istio']],
  ...(OTHER_CHARTS
    ? ([
        ['external-dns-installer.yaml', ['externalDNS']],
        ['nginx-installer.yaml', ['ingressNginx']],
      ] satisfies [string, ComponentName[]][])
    : []),
];

/** The whole plugin, as the service account of examples/rbac, on a control plane of its own. */
describe('the service account of examples/rbac', () => {
  let cluster: TestCluster;
  let admin: TestConnection;
  let backend: StartedBackend;
  let api: AppNetworkClient;
  const end = new AbortController();
  let pods: Promise<void> | undefined;

  beforeAll(async () => {
    cluster = await testCluster(CLUSTER);
    admin = await connectToTestCluster(() => {}, CLUSTER);
    pods = keepPodsReady(admin.cluster.client, end.signal);
  }, 900_000);

  afterAll(async () => {
    await backend?.stop();
    end.abort();
    await pods;
    await admin?.close();
    await takeDown(CLUSTER);
  });

  const client = () => admin.cluster.client;

  const apply = async (...objects: KubernetesObject[]) => {
    for (const object of objects) {
      await client().apply(object, { fieldManager: 'test', force: true });
    }
  };

  async function start() {
    const account = await clusterAsPortal(admin, cluster);
    backend = await startBackend({
      appNetwork: {
        helm: { command: cluster.helm },
        clusters: [
          {
            name: 'test',
            ...account,
            admission: { listen: { port: await freePort() } },
          },
        ],
      },
    });
    ({ api } = backend);
    await eventually('the cluster is Ready', async () => {
      const [{ state }] = await api.getClusters();
      return state === 'Ready';
    });
  }

  /** Kinds that the portal has made no object of. */
  const kindsWithout = async () => {
    const counts = await Promise.all(
      KINDS.map(
        async kind =>
          (
            await client().list(kind, { labelSelector: MANAGED_BY_SELECTOR })
          ).length,
      ),
    );
    return KINDS.filter((_, i) => counts[i] === 0).map(({ kind }) => kind);
  };

  const ledgerIsInMesh = async () => {
    const workloads = await Promise.all(
      LEDGER.map(workload => client().get<Workload>(objectRef(workload))),
    );
    return workloads.every(
      workload => workload && injection(workload) === 'true',
    );
  };

  const admissionReady = async () =>
    (
      await client().get<NetworkPlatform>(objectRef(PLATFORM))
    )?.status?.conditions?.find(({ type }) => type === 'AdmissionReady');

  const isThere = async (object: KubernetesObject) =>
    (await client().get(objectRef(object))) !== undefined;

  it('has what reconciling needs by the reconciler’s role alone, and nothing more', async () => {
    const portal = rbacExample('portal.yaml');
    await apply(
      ...portal.filter(
        ({ kind, roleRef }) =>
          kind !== 'ClusterRoleBinding' ||
          roleRef?.name === 'app-network-reconciler',
      ),
    );
    await installCustomResourceDefinitions(
      client(),
      await upstreamDefinitions(),
      new AbortController().signal,
    );
    await start();
    await eventually('its kinds are there', () =>
      client()
        .list({ apiVersion: API_VERSION, kind: 'NetworkPlatform' })
        .then(
          () => true,
          () => false,
        ),
    );
    await apply(
      ...SHOP,
      await tlsSecret(
        { namespace: 'shop', name: 'given' },
        'given.example.com',
      ),
    );
    await apply(...APP_NETWORKS, PLATFORM);
    await eventually(
      'an object of each kind, and a workload in the mesh',
      async () =>
        (await kindsWithout()).length === 0 && (await ledgerIsInMesh()),
      60_000,
    );
    await eventually(
      'the API server calls the admission webhook',
      async () => (await admissionReady())?.reason === 'Reachable',
    );

    expect(await api.getPlatform('test')).toBeDefined();
    for (const { metadata } of APP_NETWORKS) {
      const ref = { cluster: 'test', namespace: 'shop', name: metadata.name };
      expect(await api.getAppNetwork(ref)).toBeDefined();
      await api.deleteAppNetwork(ref);
    }
    await client().delete(objectRef(PLATFORM));
    await eventually(
      'all of it is gone',
      async () =>
        (await kindsWithout()).length === KINDS.length &&
        !(await isThere(PLATFORM)),
      60_000,
    );

    // Helm leaves definitions alone that it has not made.
    for (const object of [
      ...SHOP.filter(({ kind }) => kind !== 'Namespace'),
      ...(await upstreamDefinitions()),
    ]) {
      await client().delete(objectRef(object));
    }

    const { allowed, forbidden } = await askedFor(cluster);
    expect([...forbidden]).toEqual([]);
    const role = portal.find(
      ({ kind, metadata }) =>
        kind === 'ClusterRole' && metadata.name === 'app-network-reconciler',
    );
    expect(
      [...rightsOf(role?.rules ?? [])].filter(
        right =>
          !allowed.has(right) &&
          !UNSEEN.has(right) &&
          // Server-side apply is a patch that asks for it too where there is nothing to patch, which the audit log doesn't tell.
          !allowed.has(right.replace(/^create/, 'patch')),
      ),
    ).toEqual([]);
  });

  it.each(ROLES)(
    'has in %s what Helm needs, as the charts tell',
    async (file, components) => {
      const releases = platformReleases(await upstreamPlatform(), FACTS).filter(
        ({ enabled, component }) => enabled && components.includes(component),
      );
      const role = await installerRole(
        `app-network-${file.replace('.yaml', '')}`,
        cluster.helm ?? 'helm',
        releases,
      );
      updateRbacExample(file, role);
      expect(rbacExample(file)).toEqual(role);
    },
  );

  it('installs the platform with upstream’s charts and removes it, as planned and approved in the portal', async () => {
    await apply(
      ...rbacExample('portal.yaml'),
      ...ROLES.flatMap(([file]) => rbacExample(file)),
    );
    const { spec = {} } = await upstreamPlatform();
    const { id } = await api.planPlatform('test', { spec });
    await api.applyPlatform('test', { spec, planId: id });
    await eventually(
      'all releases are deployed',
      async () =>
        (
          await client().list(
            { apiVersion: 'v1', kind: 'Secret' },
            { labelSelector: 'owner=helm,status=deployed' },
          )
        ).length === RELEASES,
      150_000,
    );

    // What the platform makes beside the releases may still come, and then it is another plan.
    await eventually('the removal is what was planned', async () => {
      const removal = await api.planPlatform('test', { remove: {} });
      return api.removePlatform('test', { planId: removal.id }).then(
        () => true,
        error => {
          if (error.response?.status !== 409) {
            throw error;
          }
          return false;
        },
      );
    });
    await eventually(
      'the platform is gone',
      async () => !(await isThere(PLATFORM)),
      150_000,
    );
    const { forbidden } = await askedFor(cluster);
    expect([...forbidden]).toEqual([]);
  });
});

/** All that a platform may have of upstream's charts. */
async function upstreamPlatform(): Promise<NetworkPlatform> {
  const { charts } = await localBuild();
  const chart = (name: string) => ({ path: charts[name]?.path });
  const otherChart = (name: string) => ({
    enabled: OTHER_CHARTS !== undefined,
    chart: { path: `${OTHER_CHARTS}/${name}` },
  });
  return {
    apiVersion: API_VERSION,
    kind: 'NetworkPlatform',
    metadata: { name: 'default' },
    spec: {
      profile: 'production',
      dns: {
        external: { zone: 'example.com', provider: { name: 'rfc2136' } },
      },
      components: {
        certManager: { chart: chart('cert-manager') },
        istio: {
          charts: {
            base: chart('istio-base'),
            istiod: chart('istiod'),
            gateway: chart('istio-gateway'),
          },
        },
        ingressNginx: otherChart('nginx-ingress'),
        externalDNS: otherChart('external-dns'),
      },
    },
  };
}

/** What AppNetworks and a platform whose mesh was there already consist of. */
const KINDS: KindRef[] = [
  ...new Map(
    [...RENDERED_KINDS, ...PLATFORM_KINDS].map(kind => [kindKey(kind), kind]),
  ).values(),
];

const inNamespace = (
  namespace: string,
  [apiVersion, kind, name]: [string, string, string],
  rest: object = {},
) =>
  ({
    apiVersion,
    kind,
    metadata: { namespace, name },
    ...rest,
  } as KubernetesObject);

const inShop = (
  apiVersion: string,
  kind: string,
  name: string,
  rest: object = {},
) => inNamespace('shop', [apiVersion, kind, name], rest);

const workload = (
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  namespace: string,
  name: string,
  labels: Record<string, string>,
) =>
  inNamespace(namespace, ['apps/v1', kind, name], {
    metadata: { namespace, name, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'example.com/none' }] },
      },
    },
  });

const service = (
  namespace: string,
  name: string,
  selector: Record<string, string>,
) =>
  inNamespace(namespace, ['v1', 'Service', name], {
    spec: { selector, ports: [{ name: 'http', port: 80 }] },
  });

/** A platform that was installed by other means, with a system component in the mesh. */
const PLATFORM: NetworkPlatform = {
  apiVersion: API_VERSION,
  kind: 'NetworkPlatform',
  metadata: { name: 'default' },
  spec: {
    dns: { custom: { suffix: 'example.com' } },
    ingressController: 'istio',
    systemComponents: [
      {
        name: 'ledger',
        namespace: 'shop',
        selector: { matchLabels: { app: 'ledger' } },
        ingress: { service: 'ledger', port: 80 },
        mesh: true,
      },
    ],
  },
};

const GIVEN = inShop(API_VERSION, 'AppNetwork', 'given', {
  spec: {
    hostnames: ['given.example.com'],
    tls: { certificateRef: { name: 'given' } },
    rules: [{ backendRefs: [{ name: 'shop', port: 80 }] }],
  },
});

const APP_NETWORKS = [
  GIVEN,
  inShop(API_VERSION, 'AppNetwork', 'shop', {
    spec: {
      hostnames: ['shop.example.com'],
      jwtRules: [{ issuer: 'https://id.example.com' }],
      rules: [
        {
          backendRefs: [{ name: 'shop', port: 80 }],
          authentication: [{ requestPrincipals: ['https://id.example.com/*'] }],
        },
      ],
      mesh: { permissivePorts: [9090] },
      egress: [{ host: 'api.example.com' }],
    },
  }),
];

const ISTIO = { app: 'istiod' };
const GATEWAY = { istio: 'ingressgateway' };
const CERT_MANAGER = {
  'app.kubernetes.io/name': 'cert-manager',
  'app.kubernetes.io/component': 'controller',
};

const LEDGER = (['Deployment', 'StatefulSet', 'DaemonSet'] as const).map(kind =>
  workload(kind, 'shop', 'ledger', { app: 'ledger', kind }),
);

const SHOP: KubernetesObject[] = [
  ...['shop', 'istio-system', 'cert-manager'].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  })),
  workload('Deployment', 'istio-system', 'istiod', ISTIO),
  workload('Deployment', 'istio-system', 'istio-ingressgateway', GATEWAY),
  workload('Deployment', 'cert-manager', 'cert-manager', CERT_MANAGER),
  ...LEDGER,
  service('shop', 'ledger', { app: 'ledger' }),
  service('shop', 'shop', { 'app.kubernetes.io/name': 'shop' }),
];

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A Secret of type kubernetes.io/tls with a certificate of its own for a hostname. */
async function tlsSecret(
  { namespace, name }: { namespace: string; name: string },
  hostname: string,
): Promise<KubernetesObject> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${hostname}`,
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: hostname },
        ]),
      ],
    },
    crypto,
  );
  const key = x509.PemConverter.encode(
    await crypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate.toString('pem'), 'tls.key': key },
  } as KubernetesObject;
}
