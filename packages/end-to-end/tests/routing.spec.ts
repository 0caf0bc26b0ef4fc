import { expect, test } from '@playwright/test';
import {
  appNetwork,
  conditionOf,
  toldMode,
  type Of,
} from '../src/appNetworks.ts';
import { clusterCa } from '../src/certificates.ts';
import { apply, localCluster, type LocalCluster } from '../src/cluster.ts';
import {
  deleteNamespaces,
  deployment,
  meshedNamespace,
  namespace,
  podsReady,
  service,
} from '../src/connections.ts';
import { getThroughGateway, type GatewayAnswer } from '../src/gateway.ts';
import {
  hostService,
  startHostServer,
  type HostServer,
} from '../src/hostService.ts';
import { gatewayAddress } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const NAMESPACE = 'routing';
const SHOP = 'shop.routing.example.com';
const WWW = 'www.routing.example.com';
const BRANCHES = '*.branches.routing.example.com';

/** Each answers every request with the name of its pod. */
const BACKENDS = [
  ...['rest', 'posts', 'items', 'special', 'below', 'versions', 'canary'],
  ...['mobile', 'canary-mobile'],
];
/** Likewise, of three pods. */
const MANY = 'many';

/** Likewise, of two pods with sidecars. */
const MESHED: Of = { namespace: 'routing-mesh', name: 'meshed' };
const MESHED_HOST = 'meshed.routing.example.com';

const LIVES_AN_HOUR = /^till="?[^";]+"?; Max-Age=3600; Path=\/sticky/;

/** How long the slow server takes. */
const SLOW_MS = 3_000;

test.describe.configure({ mode: 'serial' });

test.describe('Routes', () => {
  let cluster: LocalCluster;
  let gateway: { address: string; ca: string };
  let slow: HostServer;
  let flaky: HostServer;

  const get = (
    path: string,
    options: {
      host?: string;
      method?: string;
      headers?: Record<string, string>;
      path?: string;
    } = {},
  ): Promise<GatewayAnswer> =>
    getThroughGateway(`https://${options.host ?? SHOP}${path}`, {
      ...gateway,
      ...options,
    });

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    slow = await startHostServer(cluster, (_request, response) => {
      setTimeout(() => response.end('at last'), SLOW_MS);
    });
    const seen = new Set<string>();
    // What it is asked for the first time ends as the path says; everything after that is answered.
    flaky = await startHostServer(cluster, (request, response) => {
      const path = request.url ?? '';
      if (seen.has(path)) {
        response.end('the second time');
        return;
      }
      seen.add(path);
      if (path.endsWith('/hangs-up')) {
        request.socket.destroy();
      } else {
        response.writeHead(503).end('not now');
      }
    });
    await apply(cluster, [
      namespace(NAMESPACE),
      meshedNamespace(MESHED.namespace),
    ]);
    const to = (name: string) => ({
      backendRefs: [{ name, port: 80 }],
    });
    await apply(cluster, [
      ...[...BACKENDS, MANY].flatMap(name => [
        saysItsName({ namespace: NAMESPACE, name }, name === MANY ? 3 : 1),
        service({ namespace: NAMESPACE, name }),
      ]),
      saysItsName(MESHED, 2),
      service(MESHED),
      appNetwork(MESHED, {
        selector: { matchLabels: { app: MESHED.name } },
        hostnames: [MESHED_HOST],
        rules: [
          {
            matches: [{ path: { value: '/sticky' } }],
            sessionPersistence: {
              sessionName: 'till',
              path: '/sticky',
              absoluteTimeout: '1h',
            },
          },
          {
            matches: [{ path: { value: '/browser' } }],
            sessionPersistence: { sessionName: 'browser' },
          },
          {},
        ],
      }),
      ...hostService(cluster, { namespace: NAMESPACE, name: 'slow' }, slow),
      ...hostService(cluster, { namespace: NAMESPACE, name: 'flaky' }, flaky),
      {
        apiVersion: 'app-network.io/v1alpha1',
        kind: 'AppNetwork',
        metadata: { namespace: NAMESPACE, name: 'shop' },
        spec: {
          selector: { matchLabels: {} },
          hostnames: [BRANCHES, WWW, SHOP],
          mesh: { enabled: false },
          // The other way round than they have to be tried.
          rules: [
            to('rest'),
            { matches: [{ method: 'POST' }], ...to('posts') },
            {
              matches: [
                {
                  path: {
                    type: 'RegularExpression',
                    value: '/v[0-9]+/(items|other)',
                  },
                },
              ],
              ...to('versions'),
            },
            { matches: [{ path: { value: '/items' } }], ...to('items') },
            {
              matches: [
                {
                  path: { value: '/items' },
                  headers: [
                    {
                      type: 'RegularExpression',
                      name: 'User-Agent',
                      value: '.*Mobile.*',
                    },
                  ],
                },
              ],
              ...to('mobile'),
            },
            {
              matches: [
                {
                  path: { value: '/items' },
                  method: 'GET',
                  headers: [
                    { name: 'X-Canary', value: 'yes' },
                    {
                      type: 'RegularExpression',
                      name: 'User-Agent',
                      value: '.*Mobile.*',
                    },
                  ],
                },
              ],
              ...to('canary-mobile'),
            },
            {
              matches: [
                {
                  path: { value: '/items' },
                  method: 'GET',
                  headers: [{ name: 'X-Canary', value: 'yes' }],
                },
              ],
              ...to('canary'),
            },
            {
              matches: [{ path: { value: '/items/special/below' } }],
              ...to('below'),
            },
            {
              matches: [{ path: { type: 'Exact', value: '/items/special' } }],
              ...to('special'),
            },
            {
              matches: ['a', 'a%5Eb', 'a[0]', 'a%7Cb', 'k%C3%A4se'].map(
                name => ({
                  path: { type: 'Exact', value: `/written/${name}` },
                }),
              ),
              ...to('special'),
            },
            {
              matches: [{ path: { value: '/weighted' } }],
              backendRefs: [
                { name: 'items', port: 80, weight: 4 },
                { name: 'special', port: 80, weight: 1 },
                { name: 'below', port: 80, weight: 0 },
              ],
            },
            {
              matches: [{ path: { value: '/slow' } }],
              timeouts: { request: '1s' },
              ...to('slow'),
            },
            { matches: [{ path: { value: '/patient' } }], ...to('slow') },
            {
              matches: [{ path: { value: '/retried' } }],
              retry: { attempts: 2, codes: [503] },
              ...to('flaky'),
            },
            {
              matches: [{ path: { value: '/reconnected' } }],
              retry: { attempts: 1 },
              ...to('flaky'),
            },
            { matches: [{ path: { value: '/tried-once' } }], ...to('flaky') },
            {
              matches: [{ path: { value: '/sticky' } }],
              sessionPersistence: {
                sessionName: 'till',
                path: '/sticky',
                absoluteTimeout: '1h',
              },
              ...to(MANY),
            },
            { matches: [{ path: { value: '/spread' } }], ...to(MANY) },
            {
              matches: [{ path: { value: '/either' } }],
              sessionPersistence: { sessionName: 'either' },
              backendRefs: [
                { name: MANY, port: 80, weight: 3 },
                { name: 'rest', port: 80, weight: 1 },
              ],
            },
          ],
        },
      },
    ]);
    await podsReady(cluster, [NAMESPACE, MESHED.namespace]);
    gateway = {
      address: await gatewayAddress(cluster),
      ca: await clusterCa(cluster),
    };
    for (const host of [SHOP, WWW, branch('munich'), MESHED_HOST]) {
      await expect
        .poll(
          () =>
            get('/', { host }).then(
              ({ status }) => status,
              error => String(error),
            ),
          { timeout: 90_000 },
        )
        .toBe(200);
    }
  });

  test.afterAll(async () => {
    await deleteNamespaces(cluster, [NAMESPACE, MESHED.namespace]);
    await Promise.all([slow, flaky].map(server => server?.end()));
  });

  /** Asks for a path with the cookie that it is given at first, expects the same pod each time, and returns the cookie. */
  const cookieKeptWith = async (host: string, path: string, times: number) => {
    const first = await get(path, { host });
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    for (let count = 0; count < times; count++) {
      const answer = await get(path, { host, headers });
      expect(answer).toMatchObject({ status: 200, body: first.body });
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    return cookie;
  };

  /** Names of the pods that answer to whom has no cookie. */
  const podsAt = async (host: string, path: string) => {
    const pods = new Set<string>();
    for (let count = 0; count < 40; count++) {
      pods.add((await get(path, { host })).body);
    }
    return pods;
  };

  test('lead by path, method and header to the backend that is meant, whatever the order they are written in', async () => {
    const mobile = { 'user-agent': 'Some Mobile Browser' };
    const canary = { 'x-canary': 'yes' };
    const expected: [string, Parameters<typeof get>[1], string][] = [
      ['/', {}, 'rest'],
      ['/itemsize', {}, 'rest'],
      ['/', { method: 'POST' }, 'posts'],
      ['/anything', { method: 'POST', headers: canary }, 'posts'],
      ['/v2/items', {}, 'versions'],
      ['/v2/items', { method: 'POST' }, 'versions'],
      ['/v2/items/1', {}, 'rest'],
      ['/v/items', {}, 'rest'],
      ['/items', {}, 'items'],
      ['/items/', {}, 'items'],
      ['/items/1?x=y', {}, 'items'],
      ['/items/1', { method: 'POST' }, 'items'],
      ['/items/1', { headers: canary }, 'canary'],
      ['/items/1', { headers: { 'x-canary': 'no' } }, 'items'],
      ['/items/1', { headers: mobile }, 'mobile'],
      ['/items/1', { headers: { ...mobile, ...canary } }, 'canary-mobile'],
      [
        '/items/1',
        { method: 'POST', headers: { ...mobile, ...canary } },
        'mobile',
      ],
      ['/items/special', {}, 'special'],
      ['/items/special', { headers: canary }, 'special'],
      ['/items/special/', {}, 'items'],
      ['/items/special/below', {}, 'below'],
      ['/items/special/below/more', { headers: canary }, 'below'],
    ];
    for (const [path, options, backend] of expected) {
      const answer = await get(path, options);
      expect(
        backendOf(answer),
        `${path} ${JSON.stringify(options)}: ${answer.status} ${answer.body}`,
      ).toBe(backend);
    }
  });

  test('compare a path as the gateway writes it, however it was asked for', async () => {
    for (const [path, backend] of [
      ['/written/a', 'special'],
      ['/written/a?b=c', 'special'],
      ['/written/%61', 'special'],
      ['/written/./a', 'special'],
      ['/other/../written/a', 'special'],
      ['/other/%2e%2E/written/a', 'special'],
      ['/written/a^b', 'special'],
      ['/written/a%5Eb', 'special'],
      ['/written/a[0]', 'special'],
      ['/written/a|b', 'special'],
      ['/written/a%7Cb', 'special'],
      ['/written/k%C3%A4se', 'special'],
      ['/written%2Fa', 'rest'],
      ['/written/a%5B0%5D', 'rest'],
    ] as const) {
      const answer = await get('/', { path });
      expect(backendOf(answer), `${path}: ${answer.status}`).toBe(backend);
    }
  });

  test('are those of every hostname, and of the names below a wildcard; no other is served', async () => {
    for (const host of [WWW, branch('munich'), branch('rome')]) {
      const answer = await get('/items/special', { host });
      expect(backendOf(answer)).toBe('special');
      for (const hostname of [SHOP, WWW, BRANCHES]) {
        expect(answer.certificateNames).toContain(`DNS:${hostname}`);
      }
    }
    for (const host of [
      BRANCHES.replace('*.', ''),
      'other.routing.example.com',
    ]) {
      await expect(get('/', { host })).rejects.toThrow();
    }
  });

  test('divide requests by weight', async () => {
    const counts = new Map<string, number>();
    for (let count = 0; count < 200; count++) {
      const backend = backendOf(await get('/weighted'));
      counts.set(backend, (counts.get(backend) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['items', 'special']);
    // A fifth of 200 is 40; one run in thousands strays this far.
    expect(counts.get('special')).toBeGreaterThan(18);
    expect(counts.get('special')).toBeLessThan(64);
  });

  test('give up after their timeout, and wait without one', async () => {
    const started = Date.now();
    expect((await get('/slow')).status).toBe(504);
    expect(Date.now() - started).toBeLessThan(SLOW_MS);
    expect(await get('/patient')).toMatchObject({
      status: 200,
      body: 'at last',
    });
  });

  test('try again where that is asked for', async () => {
    const second = { status: 200, body: 'the second time' };
    expect(await get('/retried/says-503')).toMatchObject(second);
    expect(await get('/retried/hangs-up')).toMatchObject(second);
    expect(await get('/reconnected/hangs-up')).toMatchObject(second);
    expect((await get('/reconnected/says-503')).status).toBe(503);
    for (const how of ['hangs-up', 'says-503']) {
      expect((await get(`/tried-once/${how}`)).status).toBe(503);
      expect(await get(`/tried-once/${how}`)).toMatchObject(second);
    }
  });

  test('keep who has the cookie with one pod, and give one to who has none', async () => {
    expect(await cookieKeptWith(SHOP, '/sticky/basket', 40)).toMatch(
      LIVES_AN_HOUR,
    );
    for (const path of ['/sticky', '/spread']) {
      expect((await podsAt(SHOP, path)).size, path).toBe(3);
    }
  });

  test('keep who has the cookie with one pod of one of several backends', async () => {
    const visitors = new Map<string, number>();
    for (let visitor = 0; visitor < 80; visitor++) {
      const { headers } = await get('/either');
      const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      expect(cookie).toMatch(/^either=/);
      const { body: pod } = await get('/either', { headers: { cookie } });
      for (let count = 0; count < 4; count++) {
        expect((await get('/either', { headers: { cookie } })).body).toBe(pod);
      }
      visitors.set(pod, (visitors.get(pod) ?? 0) + 1);
    }
    expect(visitors.size).toBe(4);
    // A quarter of 80; as many would be rare by chance, once in a million times.
    const ofRest = [...visitors].find(([pod]) => pod.startsWith('rest'))?.[1];
    expect(ofRest).toBeGreaterThan(3);
    expect(ofRest).toBeLessThan(40);
  });

  test('keep who has the cookie with one pod in the mesh, over its mutual TLS', async () => {
    await expect
      .poll(() => conditionOf(cluster, MESHED, 'Ready'))
      .toMatchObject({ status: 'True' });
    expect(await toldMode(cluster, MESHED)).toBe('ISTIO_MUTUAL');
    expect(await cookieKeptWith(MESHED_HOST, '/sticky/basket', 20)).toMatch(
      LIVES_AN_HOUR,
    );
    // Lives as long as the browser's session: it does not say how long.
    expect(await cookieKeptWith(MESHED_HOST, '/browser', 20)).toMatch(
      /^browser="?[^";]+"?; Path=\/; HttpOnly$/,
    );
    for (const path of ['/sticky', '/browser', '/']) {
      expect((await podsAt(MESHED_HOST, path)).size, path).toBe(2);
    }
  });
});

function branch(name: string): string {
  return BRANCHES.replace('*', name);
}

/** The backend's name, of an answer with the name of its pod. */
function backendOf({ body }: GatewayAnswer): string {
  return body.trim().replace(/-[a-z0-9]+-[a-z0-9]+$/, '');
}

/** A Deployment whose pods answer every request with their name. */
function saysItsName(of: Of, replicas: number): object {
  const base = deployment(of) as {
    spec: { template: { spec: { containers: { args: string[] }[] } } };
  };
  const [container] = base.spec.template.spec.containers;
  return {
    ...base,
    spec: {
      ...base.spec,
      replicas,
      template: {
        ...base.spec.template,
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            { ...container, args: ['serve-hostname', '--port=8080'] },
          ],
        },
      },
    },
  };
}
