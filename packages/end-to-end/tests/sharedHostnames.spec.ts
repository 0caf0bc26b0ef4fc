import { expect, test } from '@playwright/test';
import { appNetwork, conditionOf, readAppNetwork } from '../src/appNetworks.ts';
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
  meshedNamespace,
  pod,
  podsReady,
  service,
} from '../src/connections.ts';
import { getThroughGateway } from '../src/gateway.ts';
import { gatewayAddress } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';
import { createIssuer } from '../src/tokens.ts';

const NAMESPACE = 'shared-shop';
const HOST = 'shop.shared.example.com';
const OWN_HOST = 'api.shared.example.com';

/** How long a hostname that goes from one AppNetwork to another may not be served. */
const MAX_GAP_MS = 1_000;

const ISSUER = createIssuer('https://shared.example.com');

test.describe.configure({ mode: 'serial' });

/** Real requests to one hostname that several AppNetworks serve, each from pods that answer with their name. */
test.describe('A hostname of several AppNetworks', () => {
  let cluster: LocalCluster;
  let gateway: { address: string; ca: string };

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    await apply(cluster, [meshedNamespace(NAMESPACE)]);
    await apply(
      cluster,
      ['shop', 'api', 'old', 'admin'].flatMap(name => [
        naming(name),
        service({ namespace: NAMESPACE, name }, 8080),
      ]),
    );
    await podsReady(cluster, [NAMESPACE]);
    gateway = {
      address: await gatewayAddress(cluster),
      ca: await clusterCa(cluster),
    };
    // One after the other, so that it is known who holds the hostname, and who is next.
    await applyNetwork('shop', [HOST], [{ path: { value: '/' } }]);
    await isReady('shop');
    await applyNetwork('api', [HOST, OWN_HOST], [{ path: { value: '/api' } }]);
    await isReady('api');
    await applyNetwork(
      'old',
      [HOST],
      [
        { path: { type: 'Exact', value: '/api/v2' } },
        { path: { value: '/api' }, method: 'DELETE' },
        { path: { type: 'RegularExpression', value: '/v[0-9]+' } },
      ],
    );
    await isReady('old');
    await applyNetwork('admin', [HOST], [{ path: { value: '/api/admin' } }], {
      jwtRules: [{ issuer: ISSUER.issuer, jwks: ISSUER.jwks }],
      authentication: [{ requestPrincipals: [`${ISSUER.issuer}/*`] }],
    });
    await isReady('admin');
    await expect.poll(() => answer('/api'), { timeout: 60_000 }).toBe('api');
  });

  test.afterAll(async () => {
    await kubectl(cluster, [
      ...['delete', 'appnetworks', '--all', '--namespace', NAMESPACE],
    ]);
    await deleteNamespaces(cluster, [NAMESPACE]);
  });

  const read = (name: string) =>
    readAppNetwork(cluster, { namespace: NAMESPACE, name });

  const isReady = (name: string) =>
    expect
      .poll(
        () => conditionOf(cluster, { namespace: NAMESPACE, name }, 'Ready'),
        {
          timeout: 120_000,
        },
      )
      .toMatchObject({ status: 'True' });

  const applyNetwork = (
    name: string,
    hostnames: string[],
    matches: object[],
    { authentication, ...spec }: Record<string, unknown> = {},
  ) =>
    apply(cluster, [
      appNetwork(
        { namespace: NAMESPACE, name },
        {
          selector: { matchLabels: { app: name } },
          hostnames,
          rules: [{ matches, ...(authentication ? { authentication } : {}) }],
          ...spec,
        },
      ),
    ]);

  /** Name of who answers, or the status where it is another than 200. */
  const answer = (path: string, host = HOST, token?: string) =>
    getThroughGateway(`https://${host}${path}`, {
      ...gateway,
      headers: token ? { authorization: `Bearer ${token}` } : {},
    }).then(
      ({ status, body }) => (status === 200 ? body.trim() : String(status)),
      error => String(error),
    );

  const answers = async (paths: readonly string[], host?: string) =>
    Object.fromEntries(
      await Promise.all(
        paths.map(async path => [path, await answer(path, host)] as const),
      ),
    );

  test('leads each request to the one whose path is the most specific', async () => {
    expect(
      await answers(['/', '/x', '/apis', '/api', '/api/v1', '/api/v2']),
    ).toEqual({
      '/': 'shop',
      '/x': 'shop',
      '/apis': 'shop',
      '/api': 'api',
      '/api/v1': 'api',
      '/api/v2': 'old',
    });
    expect(await answers(['/api/v2/x', '/v3', '/v3/x'])).toEqual({
      '/api/v2/x': 'api',
      '/v3': 'old',
      '/v3/x': 'shop',
    });
    expect(await answers(['/api', '/', '/api/v2'], OWN_HOST)).toEqual({
      '/api': 'api',
      '/': '404',
      '/api/v2': 'api',
    });
  });

  test('has paths for those with a token, and leaves those of the others open', async () => {
    expect(await answer('/api/admin')).toBe('403');
    expect(await answer('/api/admin/x')).toBe('403');
    expect(await answer('/api//admin')).toBe('400');
    await expect
      .poll(() => answer('/api/admin', HOST, ISSUER.token()))
      .toBe('admin');
    expect(await answer('/api/admins')).toBe('api');
    expect(await answer('/')).toBe('shop');
  });

  test('says in each status by whom it is served', async () => {
    const all = ['shop', 'api', 'old', 'admin'];
    for (const name of all) {
      const { status } = await read(name);
      expect(status?.hostnames).toContain(HOST);
      const [shared] = status?.sharedHostnames ?? [];
      expect(shared?.heldBy).toBe('shop');
      expect([...(shared?.appNetworks ?? [])].sort()).toEqual([...all].sort());
    }
    expect((await read('old')).status).toMatchObject({
      certificate: { secretName: 'shared-shop.shop-tls' },
    });
  });

  test('refuses a path that another one has, and says whose it is', async () => {
    await apply(cluster, [
      appNetwork(
        { namespace: NAMESPACE, name: 'late' },
        {
          selector: { matchLabels: { app: 'old' } },
          hostnames: [HOST],
          rules: [{ matches: [{ path: { value: '/api/' } }] }],
        },
      ),
    ]).then(
      () => expect('admitted').toBe('refused'),
      error =>
        expect(String(error)).toContain(
          `hostname ${HOST} is shared with AppNetwork api in namespace ${NAMESPACE}, which was there first and serves PathPrefix /api there as well`,
        ),
    );
  });

  test('goes to another one within a second when the one that holds it is deleted', async () => {
    const requests = ['/api', '/api/v2'].map(path =>
      keepRequesting(`https://${HOST}${path}`, gateway),
    );
    const own = keepRequesting(`https://${OWN_HOST}/api`, gateway);
    const began = Date.now();
    await kubectl(cluster, [
      ...['delete', 'appnetwork', 'shop', '--namespace', NAMESPACE],
    ]);
    const took = Date.now() - began;
    await expect.poll(() => answer('/'), { timeout: 30_000 }).toBe('404');
    await isReady('api');
    await isReady('old');
    const results = await Promise.all(
      [...requests, own].map(each => each.end()),
    );
    console.log(
      `deleted in ${took} ms; answers and failures: ${JSON.stringify(results)}`,
    );
    for (const { answers: count, failures } of results) {
      expect(gapOf(failures)).toBeLessThan(MAX_GAP_MS);
      expect(count).toBeGreaterThan(10);
    }
    // Of a hostname that goes nowhere nobody notices anything.
    expect(results.at(-1)?.failures).toEqual([]);
    expect(await answers(['/api', '/api/v2', '/v3', '/x'])).toEqual({
      '/api': 'api',
      '/api/v2': 'old',
      '/v3': 'old',
      '/x': '404',
    });
    const { status } = await read('old');
    expect(status?.sharedHostnames?.[0]?.heldBy).toBe('api');
    const { certificateNames } = await getThroughGateway(
      `https://${HOST}/api`,
      gateway,
    );
    expect(certificateNames).toContain(OWN_HOST);
  });

  test('goes to another one within a second when it is given up', async () => {
    const requests = keepRequesting(`https://${HOST}/api/v2`, gateway);
    await applyNetwork('api', [OWN_HOST], [{ path: { value: '/api' } }]);
    await expect.poll(() => answer('/api'), { timeout: 60_000 }).toBe('404');
    await isReady('old');
    const { answers: count, failures } = await requests.end();
    console.log(`${count} answers, failures: ${JSON.stringify(failures)}`);
    expect(gapOf(failures)).toBeLessThan(MAX_GAP_MS);
    expect(await answer('/api/v2')).toBe('old');
    expect(await answer('/api', OWN_HOST)).toBe('api');
    await applyNetwork('api', [HOST, OWN_HOST], [{ path: { value: '/api' } }]);
    await expect.poll(() => answer('/api'), { timeout: 60_000 }).toBe('api');
  });

  test('has the paths of one that is deleted no longer', async () => {
    await kubectl(cluster, [
      ...['delete', 'appnetwork', 'admin', '--namespace', NAMESPACE],
    ]);
    await expect
      .poll(() => answer('/api/admin'), { timeout: 30_000 })
      .toBe('api');
    expect(await answer('/api/v2')).toBe('old');
  });
});

/**
 * Milliseconds from the first to the last of some failures, each of which begins with its time. A hostname goes from one Gateway to another,
 * and istiod empties the routes of the old one's connections before Envoy has those of the new one.
 */
function gapOf(failures: readonly string[]): number {
  const times = failures.map(failure =>
    Date.parse(failure.split(' ')[0] ?? ''),
  );
  return times.length > 0 ? Math.max(...times) - Math.min(...times) : 0;
}

/** A pod that answers with its name, whatever the path. */
function naming(name: string): KubernetesObject {
  const { spec, ...rest } = pod(
    { namespace: NAMESPACE, name },
    { serves: [8080] },
  ) as KubernetesObject & { spec: { containers: object[] } };
  const [container] = spec.containers;
  return {
    ...rest,
    spec: {
      ...spec,
      containers: [{ ...container, args: ['serve-hostname', '--port=8080'] }],
    },
  } as KubernetesObject;
}
