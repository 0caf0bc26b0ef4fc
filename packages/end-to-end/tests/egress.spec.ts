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
  type Caller,
} from '../src/connections.ts';
import { curl, curlPod } from '../src/curl.ts';
import { startOutside, type Outside } from '../src/outside.ts';
import { patchPlatform, platformCondition } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const SHOP_NAMESPACE = 'egress-shop';
const CART_NAMESPACE = 'egress-cart';

/** Both of the namespaces have an application that declares this host; nobody declares the other one. */
const API = 'api.outside.example.com';
const OTHER = 'other.outside.example.com';

const SHOP: Caller = { namespace: SHOP_NAMESPACE, name: 'shop' };
const CART: Caller = { namespace: CART_NAMESPACE, name: 'cart' };
/** Beside the shop, and no part of it. */
const NEIGHBOUR: Caller = { namespace: SHOP_NAMESPACE, name: 'neighbour' };
/** Outside the mesh. */
const PLAIN: Caller = { namespace: SHOP_NAMESPACE, name: 'plain' };
const OUT_OF_MESH = { 'sidecar.istio.io/inject': 'false' };

const TUNNEL = (of: Caller, port: number) =>
  `${API}.${port}.${of.name}.${of.namespace}.egress.internal`;

const KINDS =
  'serviceentry,virtualservice,destinationrule,gateway.networking.istio.io,authorizationpolicy,networkpolicy';

test.describe.configure({ mode: 'serial' });

test.describe('Calls to the outside, where the platform refuses hosts that nobody declared', () => {
  let cluster: LocalCluster;
  let outside: Outside;
  let restore: () => Promise<void>;

  const appNetwork = ({ namespace: inNamespace, name }: Caller, spec: object) =>
    apply(cluster, [
      {
        apiVersion: 'app-network.io/v1alpha1',
        kind: 'AppNetwork',
        metadata: { namespace: inNamespace, name },
        spec: {
          expose: false,
          selector: { matchLabels: { app: name } },
          ...spec,
        },
      },
    ]);
  const policyReady = async ({ namespace: inNamespace, name }: Caller) => {
    const { status } = await getObject<{
      status?: { conditions?: { type: string; message: string }[] };
    }>(cluster, 'appnetwork', name, inNamespace);
    return status?.conditions?.find(({ type }) => type === 'PolicyReady');
  };
  const made = (of: Caller) =>
    kubectl(cluster, [
      ...['get', KINDS, '--all-namespaces', '--output=name'],
      ...['--selector', `app-network.io/owner=${of.namespace}.${of.name}`],
    ]).then(printed => printed.trim().split('\n').filter(Boolean).sort());
  const gatewayLog = () =>
    kubectl(cluster, [
      ...['logs', '--namespace', 'istio-system', '--tail=-1'],
      ...['--selector', 'istio=egressgateway'],
    ]);
  /** Who calls is told by the path, and what is called by the rest. */
  const call = (
    caller: Caller,
    protocol: 'http' | 'https',
    host = API,
  ): Promise<string> =>
    curl(
      cluster,
      caller,
      urlOf(protocol, host) + pathOf(caller),
      outside.authority,
    );
  const urlOf = (protocol: 'http' | 'https', host = API) =>
    `${protocol}://${host}:${
      protocol === 'http' ? outside.httpPort : outside.tlsPort
    }`;
  const pathOf = ({ namespace: inNamespace, name }: Caller) =>
    `/${inNamespace}/${name}`;
  const answered = (port: number) => `${API}:${port} 200`;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    outside = await startOutside(cluster, [API, OTHER]);
    restore = await patchPlatform(cluster, {
      components: {
        istio: {
          egressGateway: { enabled: true },
          values: {
            meshConfig: {
              accessLogFile: '/dev/stdout',
              outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
            },
          },
        },
      },
    });
    await expect
      .poll(() => platformCondition(cluster, 'EgressGatewayReady'), {
        timeout: 120_000,
      })
      .toMatchObject({ status: 'True', reason: 'Ready' });
    await expect
      .poll(() => platformCondition(cluster, 'IstioReady'), {
        timeout: 120_000,
      })
      .toMatchObject({ status: 'True' });
    await apply(
      cluster,
      [SHOP_NAMESPACE, CART_NAMESPACE].map(name => {
        const { metadata, ...rest } = namespace(name);
        const labels = { 'istio-injection': 'enabled' };
        return { ...rest, metadata: { ...metadata, labels } };
      }),
    );
    await apply(cluster, [
      ...[SHOP, CART, NEIGHBOUR].map(caller => curlPod(caller)),
      curlPod(PLAIN, OUT_OF_MESH),
      pod(
        { namespace: SHOP_NAMESPACE, name: 'open' },
        { labels: OUT_OF_MESH, serves: [8080] },
      ),
    ]);
    await podsReady(cluster, [SHOP_NAMESPACE, CART_NAMESPACE]);
    const { tlsPort, httpPort } = outside;
    await appNetwork(SHOP, {
      egress: [
        { host: API, port: tlsPort },
        { host: API, port: httpPort, protocol: 'HTTP' },
      ],
    });
    await appNetwork(CART, { egress: [{ host: API, port: tlsPort }] });
    await appNetwork(PLAIN, { mesh: { enabled: false } });
  });

  test.afterAll(async () => {
    await deleteNamespaces(cluster, [SHOP_NAMESPACE, CART_NAMESPACE]);
    await restore?.();
    await outside?.end();
  });

  test('leave through the egress gateway, by TLS and by HTTP', async () => {
    const { tlsPort, httpPort } = outside;
    await expect.poll(() => call(SHOP, 'https')).toBe(answered(tlsPort));
    await expect.poll(() => call(SHOP, 'http')).toBe(answered(httpPort));
    await expect.poll(() => call(CART, 'https')).toBe(answered(tlsPort));
    await expect.poll(gatewayLog).toContain(TUNNEL(SHOP, tlsPort));
    await expect.poll(gatewayLog).toContain(TUNNEL(SHOP, httpPort));
    await expect.poll(gatewayLog).toContain(TUNNEL(CART, tlsPort));
    expect((await policyReady(SHOP))?.message).toContain(
      `Calls to ${API}:${Math.min(tlsPort, httpPort)}`,
    );
  });

  test('are refused where the caller has not declared the host, the port, or anything', async () => {
    expect(await call(SHOP, 'https', OTHER)).not.toContain(' 200');
    expect(await call(CART, 'http')).not.toContain(' 200');
    expect(outside.hasSeen(pathOf(NEIGHBOUR))).toBe(false);
    expect(await call(NEIGHBOUR, 'https')).not.toContain(' 200');
    expect(await call(NEIGHBOUR, 'http')).not.toContain(' 200');
    expect(outside.hasSeen(pathOf(NEIGHBOUR))).toBe(false);
  });

  test("are refused by the gateway to those who help themselves to another namespace's way out", async () => {
    const { httpPort } = outside;
    const thief = theft(TUNNEL(SHOP, httpPort), httpPort);
    await apply(cluster, thief);
    await expect
      .poll(async () => {
        const answer = await call(CART, 'http', OTHER);
        expect(answer).not.toContain(' 200');
        return gatewayLog();
      })
      .toMatch(
        new RegExp(
          `rbac_access_denied_matched_policy.*${TUNNEL(SHOP, httpPort)}`,
        ),
      );
    await kubectl(
      cluster,
      ['delete', '--filename', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: thief }),
    );
  });

  test('are let out by the NetworkPolicy as declared, and all that is in the cluster goes on', async () => {
    const { tlsPort, httpPort } = outside;
    await expect
      .poll(() => connect(cluster, PLAIN, `${API}:${tlsPort}`))
      .toBe('timed out');
    const inCluster = await addressOf(cluster, {
      namespace: SHOP_NAMESPACE,
      pod: 'open',
      port: 8080,
    });
    expect(await connect(cluster, PLAIN, inCluster)).toBe('connected');
    await appNetwork(PLAIN, {
      mesh: { enabled: false },
      egress: [{ host: API, port: tlsPort }],
    });
    await expect
      .poll(() => connect(cluster, PLAIN, `${API}:${tlsPort}`))
      .toBe('connected');
    expect(await connect(cluster, PLAIN, `${API}:${httpPort}`)).toBe(
      'timed out',
    );
    expect((await policyReady(PLAIN))?.message).toContain(
      `every address at port ${tlsPort}`,
    );
  });

  test('end with their entry, those of another namespace to the same host go on', async () => {
    await appNetwork(SHOP, { egress: [] });
    await expect
      .poll(() => made(SHOP))
      .toEqual([
        'authorizationpolicy.security.istio.io/shop',
        'networkpolicy.networking.k8s.io/shop',
      ]);
    await expect.poll(() => call(SHOP, 'https')).not.toContain(' 200');
    expect(await call(CART, 'https')).toBe(answered(outside.tlsPort));
  });

  test('leave straight from the pods when the platform has no egress gateway any more', async () => {
    await patchPlatform(cluster, {
      components: { istio: { egressGateway: { enabled: false } } },
    });
    await expect
      .poll(async () => (await policyReady(CART))?.message)
      .toContain('straight from the pods');
    await expect
      .poll(() => call(CART, 'https'))
      .toBe(answered(outside.tlsPort));
    await expect.poll(() => call(CART, 'http')).not.toContain(' 200');
  });

  test('leave nothing behind when the application ends', async () => {
    expect(await made(CART)).not.toEqual([]);
    await kubectl(cluster, [
      ...['delete', 'appnetwork', CART.name, '--namespace', CART_NAMESPACE],
    ]);
    expect(await made(CART)).toEqual([]);
  });
});

/** What a user with rights in a namespace could write, to leave by a tunnel that is not theirs. */
function theft(tunnel: string, port: number): KubernetesObject[] {
  const metadata = { namespace: CART_NAMESPACE, name: 'theft' };
  const gateway = 'istio-egressgateway.istio-system.svc.cluster.local';
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata,
      spec: {
        hosts: [OTHER],
        exportTo: ['.'],
        resolution: 'NONE',
        ports: [{ name: 'http', number: port, protocol: 'HTTP' }],
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata,
      spec: {
        hosts: [OTHER],
        exportTo: ['.'],
        http: [
          {
            match: [{ port }],
            route: [
              {
                destination: {
                  host: gateway,
                  port: { number: 443 },
                  subset: 'theft',
                },
              },
            ],
          },
        ],
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata,
      spec: {
        host: gateway,
        exportTo: ['.'],
        subsets: [
          {
            name: 'theft',
            trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni: tunnel } },
          },
        ],
      },
    },
  ];
}
