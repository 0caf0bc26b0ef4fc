import { expect, test } from '@playwright/test';
import {
  apply,
  getObject,
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
  service,
  type Caller,
  type Outcome,
} from '../src/connections.ts';
import { patchPlatform } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const SHOP = 'shop-policies';
const FRIENDS = 'shop-policies-friends';
const STRANGERS = 'shop-policies-strangers';

/** Applications that serve at 8080 and 9090: one outside the mesh and one in it. None who calls them has a proxy. */
const PLAIN = 'plain';
const MESHED = 'meshed';

const FRIEND: Caller = { namespace: FRIENDS, name: 'friend' };
const SCRAPER: Caller = { namespace: FRIENDS, name: 'scraper' };
const STRANGER: Caller = { namespace: STRANGERS, name: 'stranger' };
const NEIGHBOUR: Caller = { namespace: SHOP, name: 'neighbour' };
/** Another pod of the application itself. */
const SIBLING: Caller = { namespace: SHOP, name: 'sibling' };
/** Has the gateway's labels in the gateway's namespace, which is all that a NetworkPolicy sees of it. */
const GATEWAY: Caller = { namespace: 'istio-system', name: 'as-the-gateway' };

const CALLERS = { FRIEND, SCRAPER, STRANGER, NEIGHBOUR, SIBLING, GATEWAY };

test.describe.configure({ mode: 'serial' });

test.describe('NetworkPolicies of applications', () => {
  let cluster: LocalCluster;
  let restore: (() => Promise<void>) | undefined;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    await apply(cluster, [
      namespace(SHOP),
      namespace(FRIENDS),
      namespace(STRANGERS),
    ]);
    await apply(cluster, [
      ...[FRIEND, SCRAPER, STRANGER, NEIGHBOUR].map(caller => pod(caller)),
      pod(SIBLING, { labels: { app: PLAIN } }),
      pod(GATEWAY, { labels: { istio: 'ingressgateway' } }),
      pod(
        { namespace: SHOP, name: PLAIN },
        { labels: { tier: 'front' }, serves: [8080, 9090] },
      ),
      pod(
        { namespace: SHOP, name: MESHED },
        {
          labels: { 'sidecar.istio.io/inject': 'true' },
          serves: [8080, 9090],
        },
      ),
      service({ namespace: SHOP, name: PLAIN }),
      service({ namespace: SHOP, name: MESHED }),
    ]);
    await podsReady(cluster, [SHOP, FRIENDS, STRANGERS]);
    await kubectl(cluster, [
      ...['wait', `pod/${GATEWAY.name}`, '--namespace', GATEWAY.namespace],
      ...['--for=condition=Ready', '--timeout=90s'],
    ]);
    restore = await patchPlatform(cluster, {
      systemComponents: [
        {
          name: SCRAPER.name,
          namespace: SCRAPER.namespace,
          selector: { matchLabels: { app: SCRAPER.name } },
          scraper: true,
        },
      ],
    });
  });

  test.afterAll(async () => {
    await restore?.();
    await kubectl(cluster, [
      ...['delete', 'appnetworks', '--all', '--namespace', SHOP],
    ]);
    await kubectl(cluster, [
      ...['delete', 'pod', GATEWAY.name, '--namespace', GATEWAY.namespace],
      '--ignore-not-found',
    ]);
    await deleteNamespaces(cluster, [SHOP, FRIENDS, STRANGERS]);
  });

  /** What becomes of a connection from each caller to a port of an application's pod. */
  const outcomes = async (
    application: string,
    port: number,
  ): Promise<Record<string, Outcome>> => {
    const address = await addressOf(cluster, {
      namespace: SHOP,
      pod: application,
      port,
    });
    return Object.fromEntries(
      await Promise.all(
        Object.entries(CALLERS).map(async ([name, caller]) => [
          name,
          await connect(cluster, caller, address),
        ]),
      ),
    );
  };
  /** Those are connected, and the others time out: their packets go nowhere. */
  const only = (...connected: (keyof typeof CALLERS)[]) =>
    Object.fromEntries(
      Object.keys(CALLERS).map(name => [
        name,
        connected.includes(name as keyof typeof CALLERS)
          ? 'connected'
          : 'timed out',
      ]),
    );
  const everybody = only(...(Object.keys(CALLERS) as (keyof typeof CALLERS)[]));
  const appNetwork = async (
    name: string,
    spec: Record<string, unknown>,
    policyReady: Record<string, string> = { status: 'True' },
  ): Promise<void> => {
    await apply(cluster, [
      {
        apiVersion: 'app-network.io/v1alpha1',
        kind: 'AppNetwork',
        metadata: { namespace: SHOP, name },
        spec: { selector: { matchLabels: { app: name } }, ...spec },
      },
    ]);
    await expect
      .poll(() => policyCondition(name), { timeout: 60_000 })
      .toMatchObject(policyReady);
  };
  /** PolicyReady, once it speaks of the AppNetwork as it is now. */
  const policyCondition = async (name: string) => {
    const { metadata, status } = await getObject<{
      metadata: { generation: number };
      status?: { conditions?: { type: string; observedGeneration?: number }[] };
    }>(cluster, 'appnetwork', name, SHOP);
    return status?.conditions?.find(
      ({ type, observedGeneration }) =>
        type === 'PolicyReady' && observedGeneration === metadata.generation,
    );
  };

  test('are not there before an AppNetwork is: everybody comes in', async () => {
    expect(await outcomes(PLAIN, 8080)).toEqual(everybody);
  });

  test('let in the gateway at the port of a route, own pods and scrapers, and nobody else', async () => {
    await appNetwork(PLAIN, { mesh: { enabled: false } });
    await expect
      .poll(() => outcomes(PLAIN, 8080))
      .toEqual(only('GATEWAY', 'SIBLING', 'SCRAPER'));
    expect(await outcomes(PLAIN, 9090)).toEqual(only('SIBLING', 'SCRAPER'));
  });

  test('let in a namespace that access names, at the ports that it names', async () => {
    await appNetwork(PLAIN, {
      mesh: { enabled: false },
      access: [{ namespace: FRIENDS, ports: [8080] }],
    });
    await expect
      .poll(() => outcomes(PLAIN, 8080))
      .toEqual(only('GATEWAY', 'SIBLING', 'SCRAPER', 'FRIEND'));
    expect(await outcomes(PLAIN, 9090)).toEqual(only('SIBLING', 'SCRAPER'));
  });

  test('let nobody in for a service account outside the mesh, where nothing behind them would ask for it', async () => {
    await appNetwork(
      PLAIN,
      {
        mesh: { enabled: false },
        access: [{ namespace: FRIENDS, serviceAccount: 'default' }],
      },
      { status: 'False', reason: 'NoEffect' },
    );
    await expect
      .poll(() => outcomes(PLAIN, 8080))
      .toEqual(only('GATEWAY', 'SIBLING', 'SCRAPER'));
  });

  test('do not let the gateway in where nothing is exposed', async () => {
    await appNetwork(PLAIN, { mesh: { enabled: false }, expose: false });
    await expect
      .poll(() => outcomes(PLAIN, 8080))
      .toEqual(only('SIBLING', 'SCRAPER'));
  });

  test('of pods in the mesh keep out a connection that their proxy would take', async () => {
    expect(await outcomes(MESHED, 8080)).toEqual(everybody);
    await appNetwork(MESHED, {
      access: [{ namespace: FRIENDS, serviceAccount: 'clerk' }],
    });
    // The proxy behind asks for the service account, so that the whole namespace gets as far as that.
    await expect
      .poll(() => outcomes(MESHED, 8080))
      .toEqual(only('GATEWAY', 'SCRAPER', 'FRIEND'));
  });

  test('go where they are not wanted, and come back', async () => {
    const own = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace: SHOP, name: 'own' },
      spec: {
        podSelector: { matchLabels: { app: 'none-of-these' } },
        policyTypes: ['Ingress'],
      },
    } satisfies KubernetesObject;
    await apply(cluster, [own]);
    const policies = () =>
      kubectl(cluster, [
        ...['get', 'networkpolicies', '--namespace', SHOP, '--output=name'],
      ]).then(printed => printed.trim().split('\n').sort());
    const named = (...names: string[]) =>
      names.map(name => `networkpolicy.networking.k8s.io/${name}`);

    await appNetwork(PLAIN, {
      mesh: { enabled: false },
      networkPolicy: { enabled: false },
    });
    await expect.poll(() => outcomes(PLAIN, 8080)).toEqual(everybody);
    expect(await policies()).toEqual(named(MESHED, 'own'));

    await appNetwork(PLAIN, {
      mesh: { enabled: false },
      networkPolicy: { enabled: true },
    });
    await expect
      .poll(() => outcomes(PLAIN, 8080))
      .toEqual(only('GATEWAY', 'SIBLING', 'SCRAPER'));
    expect(await policies()).toEqual(named(MESHED, 'own', PLAIN));
  });

  test('go with the AppNetwork', async () => {
    await kubectl(cluster, [
      ...['delete', 'appnetwork', PLAIN, '--namespace', SHOP],
    ]);
    await expect.poll(() => outcomes(PLAIN, 8080)).toEqual(everybody);
    expect((await outcomes(MESHED, 8080)).STRANGER).toBe('timed out');
  });
});
