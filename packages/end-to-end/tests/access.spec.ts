import { expect, test } from '@playwright/test';
import { appNetwork, conditionOf } from '../src/appNetworks.ts';
import {
  apply,
  getObject,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import { clusterCa } from '../src/certificates.ts';
import {
  addressOf,
  deleteNamespaces,
  dial,
  meshedNamespace,
  pod,
  podsReady,
  service,
  serviceAtPorts,
  type Caller,
} from '../src/connections.ts';
import { getThroughGateway, keepAsking } from '../src/gateway.ts';
import { gatewayAddress, patchPlatform } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';
import { createIssuer, serveKeys, serveOpenIdProvider } from '../src/tokens.ts';

const SHOP = 'access-shop';
const FRIENDS = 'access-friends';
const STRANGERS = 'access-strangers';

/** Each in the mesh, under the service account of its name. */
const CLERK: Caller = { namespace: FRIENDS, name: 'clerk' };
const VISITOR: Caller = { namespace: FRIENDS, name: 'visitor' };
const NAMESAKE: Caller = { namespace: STRANGERS, name: 'clerk' };
const SCRAPER: Caller = { namespace: STRANGERS, name: 'scraper' };
/** Makes one of the shop's own pods, to which its Service does not lead. */
const TILL: Caller = { namespace: SHOP, name: 'till' };
/** A scraper, too, without a sidecar. */
const PROMETHEUS: Caller = { namespace: STRANGERS, name: 'prometheus' };

const HOST = 'shop.access.example.com';
const NEIGHBOUR = 'neighbour.access.example.com';
/** They ask for tokens of several issuers. */
const OFFICE = 'office.access.example.com';
const BRANCHES = '*.branches.access.example.com';
const BRANCH = BRANCHES.replace('*', 'munich');

const INLINE = createIssuer('https://inline.access.example.com');
const BY_URI = createIssuer('https://by-uri.access.example.com');
const FOREIGN = createIssuer('https://foreign.access.example.com');
/** Its tokens come in a header of their own. */
const ROBOTS = createIssuer('robots@access.example.com');
const ROBOT_TOKEN = 'x-robot-token';
/** Says that it is another, and has keys of its own. */
const IMPOSTOR = createIssuer(INLINE.issuer);

const REFUSED = [401, 403];

/** Which the office says of itself. */
const OWN_METRIC = 'office_orders_total';
/** Which every sidecar says of itself. */
const PROXY_METRIC = 'envoy_server_initialization_time_ms';

test.describe.configure({ mode: 'serial' });

test.describe('Access', () => {
  let cluster: LocalCluster;
  let gateway: { address: string; ca: string };
  let keys: Awaited<ReturnType<typeof serveKeys>>;
  let provider: Awaited<ReturnType<typeof serveOpenIdProvider>>;
  let restore: (() => Promise<void>) | undefined;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    keys = await serveKeys(cluster.hostAddress, BY_URI.jwks);
    provider = await serveOpenIdProvider(cluster.hostAddress);
    await apply(cluster, [SHOP, FRIENDS, STRANGERS].map(meshedNamespace));
    await apply(
      cluster,
      [CLERK, VISITOR, NAMESAKE, SCRAPER].flatMap(caller => [
        serviceAccount(caller),
        callerPod(caller),
      ]),
    );
    const inService = { tier: 'front' };
    await apply(cluster, [
      serviceAccount(TILL),
      statefulSet(callerPod(TILL, { app: 'shop' })),
      pod(inShop('shop'), { labels: inService, serves: [8080, 9090] }),
      serviceAtPorts(
        inShop('shop'),
        { http: 8080, 'http-admin': 9090 },
        inService,
      ),
      ...['neighbour', 'branches'].flatMap(name => [
        pod(inShop(name), { serves: [8080] }),
        service(inShop(name), 8080),
      ]),
      pod(inShop('office'), {
        annotations: {
          'prometheus.io/scrape': 'true',
          'prometheus.io/port': '8080',
          'prometheus.io/path': `/echo?msg=${OWN_METRIC}%201`,
        },
        serves: [8080, 9090],
      }),
      service(inShop('office'), 8080),
      pod(PROMETHEUS, {
        labels: { app: SCRAPER.name, 'sidecar.istio.io/inject': 'false' },
        serves: [8080],
      }),
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
    const asksForTokens = {
      jwtRules: [
        { issuer: INLINE.issuer, jwks: INLINE.jwks },
        {
          issuer: ROBOTS.issuer,
          jwks: ROBOTS.jwks,
          fromHeaders: [{ name: ROBOT_TOKEN }],
        },
      ],
      rules: [
        {
          matches: [{ path: { value: '/either' } }],
          authentication: [
            { requestPrincipals: [`${INLINE.issuer}/*`] },
            { requestPrincipals: [`${ROBOTS.issuer}/*`] },
          ],
        },
        {
          matches: [{ path: { value: '/audience' } }],
          authentication: [
            {
              requestPrincipals: [`${INLINE.issuer}/*`, `${ROBOTS.issuer}/*`],
              when: [
                {
                  key: 'request.auth.audiences',
                  values: ['office', 'branch-*'],
                },
              ],
            },
          ],
        },
        {},
      ],
    };
    const toShop = { backendRefs: [{ name: 'shop', port: 8080 }] };
    await apply(cluster, [
      networkOf('shop', {
        hostnames: [HOST],
        access: [
          { namespace: FRIENDS, serviceAccount: CLERK.name, ports: [8080] },
          // So that the NetworkPolicy, which knows no service accounts, lets both in at both ports.
          { namespace: FRIENDS, serviceAccount: VISITOR.name, ports: [9090] },
        ],
        jwtRules: [
          { issuer: INLINE.issuer, jwks: INLINE.jwks, audiences: ['shop'] },
          { issuer: BY_URI.issuer, jwksUri: keys.uri },
        ],
        rules: [
          {
            matches: [{ path: { value: '/admin' } }],
            authentication: [
              {
                requestPrincipals: [`${INLINE.issuer}/*`],
                when: [
                  {
                    key: 'request.auth.claims[realm][roles]',
                    values: ['admin', 'boss-*'],
                  },
                  {
                    key: 'request.auth.claims[state]',
                    notValues: ['suspended'],
                  },
                ],
              },
            ],
            ...toShop,
          },
          {
            matches: [
              { path: { type: 'RegularExpression', value: '/users/[0-9]+' } },
            ],
            authentication: [{ requestPrincipals: [`${BY_URI.issuer}/alice`] }],
            ...toShop,
          },
          toShop,
        ],
      }),
      networkOf('neighbour', {
        hostnames: [NEIGHBOUR],
        access: [{ namespace: FRIENDS }],
      }),
      networkOf('office', {
        hostnames: [OFFICE],
        mesh: { permissivePorts: [9090] },
        ...asksForTokens,
      }),
      networkOf('branches', { hostnames: [BRANCHES], ...asksForTokens }),
    ]);
    await podsReady(cluster, [SHOP, FRIENDS, STRANGERS]);
    await kubectl(cluster, [
      ...['rollout', 'status', `statefulset/${TILL.name}`],
      ...['--namespace', SHOP, '--timeout=90s'],
    ]);
    gateway = {
      address: await gatewayAddress(cluster),
      ca: await clusterCa(cluster),
    };
    for (const name of ['shop', 'neighbour', 'office', 'branches']) {
      await expect
        .poll(() => ready(name), { timeout: 120_000 })
        .toMatchObject({ status: 'True' });
    }
    for (const host of [HOST, NEIGHBOUR, OFFICE, BRANCH]) {
      await expect.poll(() => answer(host, '/'), { timeout: 60_000 }).toBe(200);
    }
  });

  test.afterAll(async () => {
    await restore?.();
    await kubectl(cluster, [
      ...['delete', 'appnetworks', '--all', '--namespace', SHOP],
    ]);
    await deleteNamespaces(cluster, [SHOP, FRIENDS, STRANGERS]);
    await keys?.end();
    await provider?.end();
  });

  const ready = (name: string) => conditionOf(cluster, inShop(name), 'Ready');

  const call = (
    host: string,
    path: string,
    headers: Record<string, string> = {},
  ) =>
    getThroughGateway(`https://${host}${path}`, { ...gateway, headers }).then(
      ({ status }) => status,
      error => String(error),
    );

  const answer = (host: string, path: string, token?: string) =>
    call(host, path, token ? { authorization: `Bearer ${token}` } : {});

  /** What a pod in the mesh is answered by an application: its name, or why not. */
  const answerToPod = (caller: Caller, name = 'shop', port = 8080) =>
    dial(cluster, caller, `${name}.${SHOP}.svc.cluster.local`, port);

  test('is for the callers that are named, by namespace and service account, and for nobody else in the mesh', async () => {
    expect(await answerToPod(CLERK)).toContain('shop');
    expect(await answerToPod(SCRAPER)).toContain('shop');
    expect(await answerToPod(VISITOR)).toContain('RBAC: access denied');
    // The NetworkPolicy has them wait in vain.
    const [ofShop, ofNeighbour] = await Promise.all(
      ['shop', 'neighbour'].map(name => answerToPod(NAMESAKE, name)),
    );
    expect(ofShop).not.toContain('"shop"');
    expect(ofNeighbour).not.toContain('"neighbour"');
  });

  test("is for the application's own pods, at every port", async () => {
    const own = { ...TILL, name: `${TILL.name}-0` };
    for (const port of [8080, 9090]) {
      expect(await answerToPod(own, 'shop', port)).toContain('"shop"');
    }
  });

  test('is for every pod of a namespace that is named without a service account', async () => {
    for (const caller of [CLERK, VISITOR]) {
      expect(await answerToPod(caller, 'neighbour')).toContain('"neighbour"');
    }
  });

  test('is at the ports that are named for a caller, and at no other that is served', async () => {
    expect(await answerToPod(VISITOR, 'shop', 9090)).toContain('"shop"');
    expect(await answerToPod(CLERK, 'shop', 9090)).toContain(
      'RBAC: access denied',
    );
  });

  test('to metrics is for a scraper without a sidecar, from the proxy and at permissive ports, and to nothing else in plaintext', async () => {
    const scrape = async (port: number, path?: string) => {
      const address = await addressOf(cluster, {
        namespace: SHOP,
        pod: 'office',
        port,
      });
      const [host = ''] = address.split(':');
      return dial(cluster, PROMETHEUS, host, port, path);
    };
    const metricsAt = async (port: number) => {
      const metrics = await scrape(port, 'stats/prometheus');
      return [PROXY_METRIC, OWN_METRIC].filter(name => metrics.includes(name));
    };
    // Istio has it that who follows the pod's annotations asks the proxy.
    const { metadata } = await getObject<KubernetesObject>(
      cluster,
      'pod',
      'office',
      SHOP,
    );
    expect(metadata.annotations).toMatchObject({
      'prometheus.io/port': '15020',
      'prometheus.io/path': '/stats/prometheus',
    });
    expect(await metricsAt(15020)).toEqual([PROXY_METRIC, OWN_METRIC]);
    expect(await metricsAt(15090)).toEqual([PROXY_METRIC]);
    expect(await scrape(9090)).toContain('"office"');
    expect(await scrape(8080)).toContain('errors');
  });

  test('to a path is for good tokens with the claims that are asked for', async () => {
    const good = { aud: 'shop', realm: { roles: ['admin'] } };
    await expect
      .poll(() => answer(HOST, '/admin', INLINE.token(good)))
      .toBe(200);
    for (const claims of [
      { ...good, aud: ['other', 'shop'] },
      { ...good, realm: { roles: ['reader', 'boss-of-all'] } },
      { ...good, state: 'fine' },
    ]) {
      expect(await answer(HOST, '/admin/x?y=z', INLINE.token(claims))).toBe(
        200,
      );
    }
    const past = Math.floor(Date.now() / 1000) - 3600;
    const bad: Record<string, string | undefined> = {
      'no token': undefined,
      'an expired one': INLINE.token({ ...good, exp: past }),
      'one that is not to be used yet': INLINE.token({
        ...good,
        nbf: past + 7200,
      }),
      'one of another issuer': BY_URI.token(good),
      'one of an issuer that nobody knows': FOREIGN.token(good),
      'one signed by another': IMPOSTOR.token(good),
      'one for another': INLINE.token({ ...good, aud: 'other' }),
      'one for nobody': INLINE.token({ ...good, aud: undefined }),
      'one without subject': INLINE.token({ ...good, sub: undefined }),
      'one of another role': INLINE.token({
        ...good,
        realm: { roles: ['reader', 'administrator'] },
      }),
      'one without role': INLINE.token({ ...good, realm: undefined }),
      'one of somebody suspended': INLINE.token({
        ...good,
        state: 'suspended',
      }),
      'no JSON Web Token': 'opaque',
    };
    for (const [what, token] of Object.entries(bad)) {
      for (const path of [
        '/admin',
        '/admin/',
        '/admin/x',
        '/a/../admin',
        '/%61dmin',
        '/%2e/admin',
        '/admin?x',
      ]) {
        expect(REFUSED, `${what} at ${path}`).toContain(
          await answer(HOST, path, token),
        );
      }
    }
  });

  test('is not got by a path that an application may read as another', async () => {
    for (const path of [
      '//admin',
      '/admin;x',
      '/x/..%2fadmin',
      '/admin%2Fx',
      '/x/..%5cadmin',
      '/admin\\x',
    ]) {
      expect([400, 403], path).toContain(await answer(HOST, path));
    }
    expect(await answer(NEIGHBOUR, '/x;y')).toBe(200);
  });

  test('is for tokens of each of several issuers, each where it is looked for, below a wildcard hostname, too', async () => {
    const robot = (token: string) => ({ [ROBOT_TOKEN]: token });
    const expired = { exp: Math.floor(Date.now() / 1000) - 3600 };
    for (const host of [OFFICE, BRANCH]) {
      await expect
        .poll(() => answer(host, '/either', INLINE.token()))
        .toBe(200);
      expect(await call(host, '/either', robot(ROBOTS.token()))).toBe(200);
      expect(await answer(host, '/either')).toBe(403);
      for (const bad of [INLINE.token(expired), IMPOSTOR.token(), 'opaque']) {
        expect(await answer(host, '/either', bad), bad).toBe(401);
      }
      for (const bad of [ROBOTS.token(expired), FOREIGN.token(), 'opaque']) {
        expect(await call(host, '/either', robot(bad)), bad).toBe(401);
      }
      // Good tokens, and where those of the other are looked for.
      expect(REFUSED).toContain(await answer(host, '/either', ROBOTS.token()));
      expect(REFUSED).toContain(
        await call(host, '/either', robot(INLINE.token())),
      );
      expect(await answer(host, '/')).toBe(200);
    }
  });

  test('is for tokens of an audience that a rule asks for', async () => {
    for (const host of [OFFICE, BRANCH]) {
      for (const aud of ['office', ['other', 'branch-munich']]) {
        expect(await answer(host, '/audience', INLINE.token({ aud }))).toBe(
          200,
        );
        expect(
          await call(host, '/audience', {
            [ROBOT_TOKEN]: ROBOTS.token({ aud }),
          }),
        ).toBe(200);
      }
      for (const aud of ['shop', ['other', 'office-2'], undefined]) {
        expect(await answer(host, '/audience', INLINE.token({ aud }))).toBe(
          403,
        );
      }
      expect(await answer(host, '/audience')).toBe(403);
    }
    // The shop takes tokens for itself alone, where it asks for one; the office takes those of the same issuer for anybody.
    const forAnother = INLINE.token({
      aud: 'other',
      realm: { roles: ['admin'] },
    });
    expect(await answer(HOST, '/admin', forAnother)).toBe(403);
    expect(await answer(HOST, '/', forAnother)).toBe(200);
    expect(await answer(HOST, '/', IMPOSTOR.token({ aud: 'shop' }))).toBe(401);
  });

  test('leaves hostnames alone that ask for no token, whatever their requests carry', async () => {
    for (const token of [
      FOREIGN.token(),
      IMPOSTOR.token(),
      INLINE.token({ exp: 1 }),
      'opaque',
    ]) {
      expect(await answer(NEIGHBOUR, '/', token), token).toBe(200);
      expect(REFUSED).toContain(await answer(HOST, '/admin', token));
    }
  });

  test('is not got by a second token beside a good one, nor lost by it', async () => {
    const good = INLINE.token({ aud: 'shop', realm: { roles: ['admin'] } });
    const plain = INLINE.token({ aud: 'shop' });
    for (const [first, second, expected] of [
      [plain, plain, REFUSED],
      [FOREIGN.token(), plain, REFUSED],
      [IMPOSTOR.token(), IMPOSTOR.token(), REFUSED],
      [good, good, [200, ...REFUSED]],
    ] as const) {
      expect(expected).toContain(
        await call(HOST, '/admin', {
          authorization: `Bearer ${first}`,
          'x-token': `Bearer ${second}`,
        }),
      );
      expect(expected).toContain(
        await answer(HOST, `/admin?access_token=${second}`, first),
      );
    }
  });

  test('is as the keys at a URI say, and for a regular expression', async () => {
    await expect
      .poll(() => answer(HOST, '/users/1', BY_URI.token()), {
        timeout: 60_000,
      })
      .toBe(200);
    expect(REFUSED).toContain(await answer(HOST, '/users/1'));
    expect(REFUSED).toContain(
      await answer(HOST, '/users/1', BY_URI.token({ sub: 'bob' })),
    );
    expect(REFUSED).toContain(
      await answer(HOST, '/users/1', INLINE.token({ aud: 'shop' })),
    );
  });

  test('is for tokens of an issuer that a rule names by its URL alone, with the keys of its OpenID configuration', async () => {
    const host = 'openid.access.example.com';
    await apply(cluster, [
      networkOf('openid', {
        hostnames: [host],
        rules: [
          {
            authentication: [{ requestPrincipals: [`${provider.issuer}/*`] }],
            backendRefs: [{ name: 'neighbour', port: 8080 }],
          },
        ],
      }),
    ]);
    await expect
      .poll(() => answer(host, '/', provider.token()), { timeout: 90_000 })
      .toBe(200);
    expect(await answer(host, '/')).toBe(403);
    const impostor = createIssuer(provider.issuer);
    expect(await answer(host, '/', impostor.token())).toBe(401);
  });

  test("is for the gateway at another AppNetwork's port where that lets it in, and is said to be closed elsewhere", async () => {
    const host = 'closed.access.example.com';
    const toShop = (port: number) =>
      apply(cluster, [
        networkOf('closed', {
          hostnames: [host],
          rules: [{ backendRefs: [{ name: 'shop', port }] }],
        }),
      ]);
    const gatewayReady = () =>
      conditionOf(cluster, inShop('closed'), 'GatewayReady');
    await toShop(9090);
    await expect.poll(gatewayReady, { timeout: 60_000 }).toMatchObject({
      reason: 'BackendClosed',
      message: expect.stringContaining(
        'Add { namespace: istio-system, ports: [9090] } to its spec.access',
      ),
    });
    // The NetworkPolicy drops what the AuthorizationPolicy would refuse.
    await expect
      .poll(async () => String(await answer(host, '/')), { timeout: 60_000 })
      .toMatch(/^(403|503|504)$|no answer/);
    await toShop(8080);
    await expect
      .poll(gatewayReady, { timeout: 60_000 })
      .toMatchObject({ status: 'True' });
    await expect.poll(() => answer(host, '/'), { timeout: 60_000 }).toBe(200);
  });

  test('is closed to those without a token from when a rule that is served asks for one', async () => {
    const paths = keepAsking(`https://${NEIGHBOUR}/later`, gateway);
    await apply(cluster, [
      networkOf('neighbour', {
        hostnames: [NEIGHBOUR],
        jwtRules: [{ issuer: INLINE.issuer, jwks: INLINE.jwks }],
        rules: [
          {
            matches: [{ path: { value: '/later' } }],
            authentication: [{ requestPrincipals: [`${INLINE.issuer}/*`] }],
          },
          {},
        ],
      }),
    ]);
    await expect
      .poll(() => answer(NEIGHBOUR, '/later', INLINE.token()))
      .toBe(200);
    await expect.poll(() => answer(NEIGHBOUR, '/later')).toBe(403);
    // On a connection from before, too, and for good.
    await expect.poll(() => paths.seen.at(-1)).not.toBe(200);
    await paths.end();
    const first = paths.seen.findIndex(status => status !== 200);
    expect(first).toBeGreaterThan(0);
    for (const status of new Set(paths.seen.slice(first))) {
      expect(REFUSED).toContain(status);
    }
    expect(await answer(NEIGHBOUR, '/')).toBe(200);
  });
});

function serviceAccount({ namespace, name }: Caller): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace, name },
  };
}

/** A pod in the mesh that the API server can have call others: what comes in at 8080 goes past its sidecar. */
function callerPod(
  caller: Caller,
  labels: Record<string, string> = {},
): KubernetesObject {
  const { spec, ...rest } = pod(caller, {
    labels,
    annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '8080' },
    serves: [8080],
  });
  return {
    ...rest,
    spec: { ...(spec as object), serviceAccountName: caller.name },
  };
}

/** Makes one pod, of the pod's name and `-0`. */
function statefulSet({ metadata, spec }: KubernetesObject): KubernetesObject {
  const { namespace, name, labels, annotations } = metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { namespace, name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations }, spec },
    },
  };
}

function inShop(name: string): Caller {
  return { namespace: SHOP, name };
}

function networkOf(name: string, spec: object): KubernetesObject {
  return appNetwork(inShop(name), {
    selector: { matchLabels: { app: name } },
    ...spec,
  });
}
