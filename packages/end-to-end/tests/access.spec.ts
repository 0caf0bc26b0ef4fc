import { expect, test } from '@playwright/test';
import type { AppNetwork } from '../src/appNetworks.ts';
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
  deleteNamespaces,
  dial,
  meshedNamespace,
  pod,
  podsReady,
  service,
  type Caller,
} from '../src/connections.ts';
import { getThroughGateway, keepAsking } from '../src/gateway.ts';
import { gatewayAddress, patchPlatform } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';
import { createIssuer, serveKeys } from '../src/tokens.ts';

const SHOP = 'access-shop';
const FRIENDS = 'access-friends';
const STRANGERS = 'access-strangers';

/** Each in the mesh, under the service account of its name. */
const CLERK: Caller = { namespace: FRIENDS, name: 'clerk' };
const VISITOR: Caller = { namespace: FRIENDS, name: 'visitor' };
const NAMESAKE: Caller = { namespace: STRANGERS, name: 'clerk' };
const SCRAPER: Caller = { namespace: STRANGERS, name: 'scraper' };

const HOST = 'shop.access.example.com';
const NEIGHBOUR = 'neighbour.access.example.com';

const INLINE = createIssuer('https://inline.access.example.com');
const BY_URI = createIssuer('https://by-uri.access.example.com');
const FOREIGN = createIssuer('https://foreign.access.example.com');
/** Says that it is another, and has keys of its own. */
const IMPOSTOR = createIssuer(INLINE.issuer);

const REFUSED = [401, 403];

test.describe.configure({ mode: 'serial' });

test.describe('Access', () => {
  let cluster: LocalCluster;
  let gateway: { address: string; ca: string };
  let keys: Awaited<ReturnType<typeof serveKeys>>;
  let restore: (() => Promise<void>) | undefined;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    keys = await serveKeys(cluster.hostAddress, BY_URI.jwks);
    await apply(cluster, [SHOP, FRIENDS, STRANGERS].map(meshedNamespace));
    await apply(
      cluster,
      [CLERK, VISITOR, NAMESAKE, SCRAPER].flatMap(caller => [
        serviceAccount(caller),
        callerPod(caller),
      ]),
    );
    await apply(cluster, [
      ...['shop', 'neighbour'].flatMap(name => [
        pod({ namespace: SHOP, name }, { serves: [8080] }),
        service({ namespace: SHOP, name }, 8080),
      ]),
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
    await apply(cluster, [
      appNetwork('shop', {
        hostnames: [HOST],
        access: [
          { namespace: FRIENDS, serviceAccount: CLERK.name, ports: [8080] },
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
          },
          {
            matches: [
              { path: { type: 'RegularExpression', value: '/users/[0-9]+' } },
            ],
            authentication: [{ requestPrincipals: [`${BY_URI.issuer}/alice`] }],
          },
          {},
        ],
      }),
      appNetwork('neighbour', { hostnames: [NEIGHBOUR] }),
    ]);
    await podsReady(cluster, [SHOP, FRIENDS, STRANGERS]);
    gateway = {
      address: await gatewayAddress(cluster),
      ca: await clusterCa(cluster),
    };
    for (const name of ['shop', 'neighbour']) {
      await expect
        .poll(() => condition(name, 'Ready'), { timeout: 120_000 })
        .toMatchObject({ status: 'True' });
    }
    for (const host of [HOST, NEIGHBOUR]) {
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
  });

  const condition = async (name: string, type: string) => {
    const { status } = await getObject<AppNetwork>(
      cluster,
      'appnetwork',
      name,
      SHOP,
    );
    return status?.conditions?.find(candidate => candidate.type === type);
  };

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

  /** What a pod in the mesh is answered by the shop: its name, or why not. */
  const answerToPod = (caller: Caller) =>
    dial(cluster, caller, `shop.${SHOP}.svc.cluster.local`, 8080);

  test('is for the callers that are named, by namespace and service account, and for nobody else in the mesh', async () => {
    expect(await answerToPod(CLERK)).toContain('shop');
    expect(await answerToPod(SCRAPER)).toContain('shop');
    expect(await answerToPod(VISITOR)).toContain('RBAC: access denied');
    expect(await answerToPod(NAMESAKE)).not.toContain('shop');
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

  test('is closed to those without a token from when a rule that is served asks for one', async () => {
    const paths = keepAsking(`https://${NEIGHBOUR}/later`, gateway);
    await apply(cluster, [
      appNetwork('neighbour', {
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
function callerPod(caller: Caller): KubernetesObject {
  const { metadata, spec, ...rest } = pod(caller, { serves: [8080] });
  return {
    ...rest,
    metadata: {
      ...metadata,
      annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '8080' },
    },
    spec: { ...(spec as object), serviceAccountName: caller.name },
  };
}

function appNetwork(name: string, spec: object): KubernetesObject {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace: SHOP, name },
    spec: { selector: { matchLabels: { app: name } }, ...spec },
  };
}
