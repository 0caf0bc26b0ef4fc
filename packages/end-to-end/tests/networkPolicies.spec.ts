import { expect, test } from '@playwright/test';
import {
  apply,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import {
  addressOf,
  connect,
  deleteNamespaces,
  namespace,
  pod,
  podsReady,
  type Caller,
} from '../src/connections.ts';
import { patchPlatform, platformCondition } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

/** A system component and those who call it. */
const LEDGER = 'policies-ledger';
const CALLERS = 'policies-callers';

const STRANGER: Caller = { namespace: CALLERS, name: 'stranger' };
const TELLER: Caller = { namespace: CALLERS, name: 'teller' };
const SCRAPER: Caller = { namespace: CALLERS, name: 'scraper' };
/** Has the label that Istio gives to pods with a proxy, and no proxy, which would answer in the place of whom it calls. */
const MESHED: Caller = { namespace: CALLERS, name: 'meshed' };
const SIBLING: Caller = { namespace: LEDGER, name: 'sibling' };

/** Where applications come in; also system components, with `ingressController: istio`. */
const INGRESS = { istio: 'ingressgateway' };
const EGRESS = { istio: 'egressgateway' };
const ISTIOD = { app: 'istiod' };
const certManager = (component: string) => ({
  'app.kubernetes.io/instance': 'cert-manager',
  'app.kubernetes.io/component': component,
});

/** Each port that a component serves, and who is to be let in; the rest of the callers must not be. */
const PLATFORM: {
  namespace: string;
  labels: Record<string, string>;
  port: number;
  callers: Caller[];
  /** Whether somebody listens depends on the applications that are there. */
  idle?: boolean;
}[] = [
  ...[
    { port: 15012, callers: [MESHED] },
    { port: 15017, callers: [STRANGER, MESHED, SCRAPER] },
    { port: 15014, callers: [SCRAPER] },
    { port: 15010, callers: [] },
    { port: 8080, callers: [] },
  ].map(rule => ({ namespace: 'istio-system', labels: ISTIOD, ...rule })),
  ...[
    { port: 80, callers: [STRANGER, MESHED, SCRAPER], idle: true },
    { port: 443, callers: [STRANGER, MESHED, SCRAPER], idle: true },
    { port: 15021, callers: [STRANGER, MESHED, SCRAPER] },
    { port: 15020, callers: [SCRAPER] },
    { port: 15090, callers: [SCRAPER] },
  ].map(rule => ({ namespace: 'istio-system', labels: INGRESS, ...rule })),
  ...[
    { port: 443, callers: [MESHED], idle: true },
    { port: 15020, callers: [SCRAPER] },
    { port: 15090, callers: [SCRAPER] },
  ].map(rule => ({ namespace: 'istio-system', labels: EGRESS, ...rule })),
  ...[
    { part: 'controller', port: 9402, callers: [SCRAPER] },
    { part: 'controller', port: 9403, callers: [] },
    { part: 'cainjector', port: 9402, callers: [SCRAPER] },
    { part: 'webhook', port: 10250, callers: [STRANGER, MESHED, SCRAPER] },
    { part: 'webhook', port: 9402, callers: [SCRAPER] },
    { part: 'webhook', port: 6080, callers: [] },
  ].map(({ part, ...rule }) => ({
    namespace: 'cert-manager',
    labels: certManager(part),
    ...rule,
  })),
];

/** A webhook of the system component, for a kind that there is none of. */
const WEBHOOK: KubernetesObject[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: LEDGER, name: 'ledger' },
    spec: {
      selector: { app: 'ledger' },
      ports: [{ port: 443, targetPort: 9090 }],
    },
  } as KubernetesObject,
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: LEDGER },
    webhooks: [
      {
        name: 'ledger.example.com',
        clientConfig: { service: { namespace: LEDGER, name: 'ledger' } },
        rules: [
          {
            apiGroups: ['ledger.example.com'],
            apiVersions: ['*'],
            resources: ['*'],
            operations: ['CREATE'],
          },
        ],
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
      },
    ],
  } as KubernetesObject,
];

test.describe.configure({ mode: 'serial' });

test.describe('NetworkPolicies of the platform', () => {
  let cluster: LocalCluster;
  let restore: () => Promise<void>;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    await apply(cluster, [namespace(LEDGER), namespace(CALLERS)]);
    await apply(cluster, [
      ...[STRANGER, TELLER, SCRAPER].map(caller => pod(caller)),
      pod(MESHED, { labels: { 'service.istio.io/canonical-name': 'meshed' } }),
      ...['ledger', 'sibling'].map(name =>
        pod(
          { namespace: LEDGER, name },
          { labels: { app: 'ledger' }, serves: [8080, 9090] },
        ),
      ),
    ]);
    await podsReady(cluster, [LEDGER, CALLERS]);
    restore = await patchPlatform(cluster, {
      components: {
        istio: {
          egressGateway: {
            enabled: true,
            values: { imagePullPolicy: 'IfNotPresent' },
          },
        },
      },
      systemComponents: [
        {
          name: 'ledger',
          namespace: LEDGER,
          selector: { matchLabels: { app: 'ledger' } },
          access: [
            {
              namespace: CALLERS,
              selector: { matchLabels: { app: TELLER.name } },
              ports: [8080],
            },
          ],
        },
        {
          name: SCRAPER.name,
          namespace: CALLERS,
          selector: { matchLabels: { app: SCRAPER.name } },
          scraper: true,
        },
      ],
    });
  });

  test.afterAll(async () => {
    await restore?.();
    await deleteNamespaces(cluster, [LEDGER, CALLERS]);
  });

  test('are all in place', async () => {
    await expect
      .poll(() => platformCondition(cluster, 'NetworkPoliciesReady'), {
        timeout: 120_000,
      })
      .toMatchObject({ status: 'True', reason: 'Ready' });
    await expect
      .poll(() => platformCondition(cluster, 'Ready'), { timeout: 120_000 })
      .toMatchObject({ status: 'True' });
  });

  test('let those in who are named for a port of a component that the platform installs, and nobody else', async () => {
    const attempts = PLATFORM.flatMap(({ callers, idle, ...target }) =>
      [STRANGER, MESHED, SCRAPER].map(caller => ({
        caller,
        target,
        expected: callers.includes(caller) ? admitted(idle) : 'timed out',
      })),
    );
    const seen = await Promise.all(
      attempts.map(async ({ caller, target }) => {
        const address = await addressOf(cluster, target);
        return {
          caller,
          target,
          expected: await connect(cluster, caller, address),
        };
      }),
    );
    expect(seen).toEqual(attempts);
  });

  test('let those in who have access to a system component, its own pods and scrapers, and nobody else', async () => {
    const outcome = async (caller: Caller, port: number) =>
      connect(
        cluster,
        caller,
        await addressOf(cluster, { pod: 'ledger', namespace: LEDGER, port }),
      );
    expect(await outcome(TELLER, 8080)).toBe('connected');
    expect(await outcome(SIBLING, 9090)).toBe('connected');
    expect(await outcome(SCRAPER, 9090)).toBe('connected');
    expect(await outcome(TELLER, 9090)).toBe('timed out');
    expect(await outcome(STRANGER, 8080)).toBe('timed out');
    expect(await outcome(MESHED, 8080)).toBe('timed out');
  });

  test('let everybody to the port of a webhook that a system component comes to serve, for the API server has no address', async () => {
    const address = await addressOf(cluster, {
      pod: 'ledger',
      namespace: LEDGER,
      port: 9090,
    });
    expect(await connect(cluster, STRANGER, address)).toBe('timed out');
    await apply(cluster, WEBHOOK);
    try {
      await expect
        .poll(() => connect(cluster, STRANGER, address))
        .toBe('connected');
    } finally {
      await kubectl(cluster, [
        ...['delete', 'validatingwebhookconfiguration', LEDGER],
      ]);
    }
    await expect
      .poll(() => connect(cluster, STRANGER, address))
      .toBe('timed out');
  });

  test('leave the API server, kubelet and proxies their way: a new pod joins the mesh, a certificate is issued', async () => {
    await kubectl(cluster, [
      ...['label', 'namespace', CALLERS, 'istio-injection=enabled'],
    ]);
    await apply(cluster, [
      pod({ namespace: CALLERS, name: 'newcomer' }, { serves: [8080] }),
      {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: { namespace: CALLERS, name: 'newcomer' },
        spec: {
          secretName: 'newcomer',
          dnsNames: ['newcomer.example.com'],
          issuerRef: { kind: 'ClusterIssuer', name: 'app-network-ca' },
        },
      } as KubernetesObject,
    ]);
    await kubectl(cluster, [
      ...['wait', '--namespace', CALLERS, '--timeout=90s'],
      ...['--for=condition=Ready', 'pod/newcomer', 'certificate/newcomer'],
    ]);
    const injected = await kubectl(cluster, [
      ...['get', 'pod', 'newcomer', '--namespace', CALLERS],
      ...['--output', 'jsonpath={.spec.initContainers[*].name}'],
    ]);
    expect(injected).toContain('istio-proxy');
  });

  test('go when spec.networkPolicies.enabled is false, and what they kept out comes in', async () => {
    await patchPlatform(cluster, { networkPolicies: { enabled: false } });
    await expect
      .poll(() => platformCondition(cluster, 'NetworkPoliciesReady'))
      .toMatchObject({ status: 'True', reason: 'Disabled' });
    expect(
      await kubectl(cluster, [
        ...['get', 'networkpolicies', '--all-namespaces', '--output=name'],
        ...['--selector', 'app-network.io/owner=default'],
      ]),
    ).toBe('');
    for (const target of [
      { namespace: 'istio-system', labels: ISTIOD, port: 15014 },
      {
        namespace: 'cert-manager',
        labels: certManager('controller'),
        port: 9402,
      },
      { namespace: LEDGER, pod: 'ledger', port: 9090 },
    ]) {
      const address = await addressOf(cluster, target);
      expect(await connect(cluster, STRANGER, address)).toBe('connected');
    }
  });
});

function admitted(idle = false) {
  return idle ? expect.stringMatching(/^(connected|refused)$/) : 'connected';
}
