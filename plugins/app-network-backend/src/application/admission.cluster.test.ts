import {
  customResourceDefinitions,
  withDefaults,
  type AppNetwork,
  type AppNetworkSpec,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { installCustomResourceDefinitions } from '../engine/crds';
import { connectToTestCluster, type TestConnection } from '../testing/cluster';

jest.setTimeout(60_000);

// What the API server itself makes of both kinds: the schema, its defaults and its CEL rules, without a webhook.
let connection: TestConnection;
let namespace: string;
let problems: string[];

beforeAll(async () => {
  connection = await connectToTestCluster();
  problems = await installCustomResourceDefinitions(
    connection.cluster.client,
    customResourceDefinitions(),
    new AbortController().signal,
  );
  namespace = await connection.createNamespace();
}, 900_000);

afterAll(() => connection.close());

/** Writes an AppNetwork without keeping it, and returns it as the API server would have kept it. */
function admit(spec: unknown): Promise<AppNetwork> {
  return connection.cluster.client.apply<AppNetwork>(
    {
      apiVersion: 'app-network.io/v1alpha1',
      kind: 'AppNetwork',
      metadata: { name: 'shop', namespace },
      spec: spec as AppNetworkSpec,
    },
    { dryRun: true },
  );
}

const path = (value: string, type?: string) => ({
  rules: [{ matches: [{ path: { value, type } }] }],
});

/** A message that has these parts, one after the other. */
const inOrder = (...parts: string[]) =>
  new RegExp(parts.map(part => part.replace(/\W/g, '\\$&')).join('.*'), 's');

it('has both kinds installed', () => {
  expect(problems).toEqual([]);
});

describe('An AppNetwork', () => {
  it.each<[string, unknown, RegExp]>([
    ['an empty hostname', { hostnames: [''] }, /spec\.hostnames\[0\]/],
    [
      'a hostname in capitals',
      { hostnames: ['Shop.example.com'] },
      /spec\.hostnames\[0\].*Shop\.example\.com/,
    ],
    [
      'a hostname of one label, which no gateway takes',
      { hostnames: ['shop'] },
      /spec\.hostnames\[0\]/,
    ],
    [
      'a label of more than 63 characters',
      { hostnames: [`${'a'.repeat(64)}.example.com`] },
      /spec\.hostnames\[0\]/,
    ],
    [
      'an IP address for a hostname',
      { hostnames: ['203.0.113.7'] },
      /spec\.hostnames\[0\].*203\.0\.113\.7/,
    ],
    [
      'a wildcard that is not the first label',
      { hostnames: ['shop.*.com'] },
      /spec\.hostnames\[0\]/,
    ],
    [
      'the same hostname twice',
      { hostnames: ['a.example.com', 'a.example.com'] },
      /spec\.hostnames: duplicate entries/,
    ],
    [
      'matches of requests where TLS passes through',
      { tls: { mode: 'Passthrough' }, ...path('/a') },
      /spec\.rules: .*rules\[0\]\.matches cannot be used with tls\.mode Passthrough: .*remove the matches, or .*tls\.mode Terminate/,
    ],
    [
      'matches of requests in the second rule only where TLS passes through',
      {
        tls: { mode: 'Passthrough' },
        rules: [
          { matches: [{}] },
          { matches: [{}, { headers: [{ name: 'x-a', value: 'b' }] }] },
        ],
      },
      /spec\.rules: .*rules\[1\]\.matches cannot be used with tls\.mode Passthrough/,
    ],
    [
      'an own certificate for hostnames that are generated',
      { tls: { certificateRef: { name: 'mine' } } },
      /spec\.tls\.certificateRef: .*tls\.certificateRef mine needs hostnames: .*list in hostnames what it is for, or leave certificateRef away/,
    ],
    [
      'an own certificate and an issuer at once',
      {
        hostnames: ['a.example.com'],
        tls: { certificateRef: { name: 'mine' }, issuerRef: { name: 'x' } },
      },
      /spec\.tls: .*tls\.certificateRef mine and tls\.issuerRef x exclude each other: .*leave one of them away/,
    ],
    [
      'a path that does not start with /',
      path('a', 'Exact'),
      /spec\.rules\[0\]\.matches\[0\]\.path\.value: .*path\.value a must start with \//,
    ],
    ...[
      ['//', 'neither //'],
      ['/a//b', 'neither //'],
      ['/a/./b', 'nor . or .. between slashes or at the end'],
      ['/a/../b', 'nor . or .. between slashes or at the end'],
      ['/a/..', 'nor . or .. between slashes or at the end'],
      ['/a/.', 'nor . or .. between slashes or at the end'],
      ['/a%2fb', 'not have %2F'],
      ['/a%2Fb', 'not have %2F'],
      ['/%61', 'a letter'],
      ['/a/%2e%2E/b', 'one of -._~ written with %'],
      ['/%00', '%00'],
      ['/a#b', 'no part of a path'],
      ['/a?b=c', 'no part of a path'],
      ['/a b', '%20 for a space'],
      ['/käse', 'as the gateway gets them'],
      ['/50%', 'as the gateway gets them'],
    ].flatMap(([value = '', must = '']) =>
      ['Exact', 'PathPrefix'].map((type): [string, unknown, RegExp] => [
        `the ${type} path ${value}, which no request has`,
        path(value, type),
        inOrder(
          `spec.rules[0].matches[0].path.value: `,
          `path.value ${value} must `,
          must,
        ),
      ]),
    ),
    [
      'a path with a line break, which no message may have',
      path('/a\nb'),
      /spec\.rules\[0\]\.matches\[0\]\.path\.value: .*path\.value must be of letters/,
    ],
    ...['', 'a b', 'a;b', 'a=b', 'a,b', 'a\r\nb', 'ä', '"a"'].map(
      (sessionName): [string, unknown, RegExp] => [
        `a cookie of the name ${JSON.stringify(sessionName)}`,
        { rules: [{ sessionPersistence: { sessionName } }] },
        /spec\.rules\[0\]\.sessionPersistence\.sessionName: .*(must be the name of a cookie|at least 1 char)/,
      ],
    ),
    [
      'a cookie of a name that none has, with that name',
      { rules: [{ sessionPersistence: { sessionName: 'my shop' } }] },
      /sessionName my shop must be the name of a cookie \(RFC 6265\): letters/,
    ],
    ...['', 'a', '/; Domain=example.com', '/\r\nSet-Cookie: a=b', '/ä'].map(
      (cookiePath): [string, unknown, RegExp] => [
        `a cookie of the path ${JSON.stringify(cookiePath)}`,
        {
          rules: [
            { sessionPersistence: { sessionName: 'sid', path: cookiePath } },
          ],
        },
        /spec\.rules\[0\]\.sessionPersistence\.path: .*must be the path of a cookie \(RFC 6265\): it starts with \//,
      ],
    ),
    [
      'a cookie of a path that would say more of it, with that path',
      {
        rules: [
          {
            sessionPersistence: {
              sessionName: 'sid',
              path: '/; Domain=example.com',
            },
          },
        ],
      },
      /path \/; Domain=example\.com must be the path of a cookie/,
    ],
    [
      'an unknown type of path',
      path('/', 'Prefix'),
      /Unsupported value: "Prefix".*"PathPrefix"/,
    ],
    [
      'a port past the last one',
      { rules: [{ backendRefs: [{ name: 'shop', port: 65536 }] }] },
      /backendRefs\[0\]\.port.*65535/,
    ],
    [
      'a duration that is none',
      { rules: [{ timeouts: { request: '10 s' } }] },
      /timeouts\.request/,
    ],
    ['an unknown field', { hostname: 'a.example.com' }, /spec\.hostname/],
    [
      'egress to a wildcard',
      { egress: [{ host: '*.example.com' }] },
      /spec\.egress\[0\]\.host.*egress\.host \*\.example\.com cannot be a wildcard.*list each host/,
    ],
    [
      'egress to an address',
      { egress: [{ host: '203.0.113.7' }] },
      /spec\.egress\[0\]\.host.*egress\.host 203\.0\.113\.7 must be a name, not an address/,
    ],
    ...[
      'localhost',
      'cart.cart.svc',
      'cart.cart.svc.k8s.example.com',
      'cart.cluster.local',
    ].map((host): [string, unknown, RegExp] => [
      `egress to ${host}, which is in the cluster`,
      { egress: [{ host }] },
      inOrder(
        'spec.egress[0].host',
        `egress.host ${host} must be outside of the cluster`,
      ),
    ]),
    [
      'egress by HTTP to the port of TLS',
      { egress: [{ host: 'api.example.com', protocol: 'HTTP' }] },
      /spec\.egress\[0\]\.port.*HTTP to api\.example\.com must be said, such as 80/,
    ],
    [
      'egress to a port of a host twice',
      {
        egress: [
          { host: 'api.example.com' },
          { host: 'api.example.com', port: 443, protocol: 'TLS' },
        ],
      },
      /spec\.egress: duplicate entries for key.*api\.example\.com.*443/,
    ],
  ])('is refused with %s', async (_, spec, message) => {
    await expect(admit(spec)).rejects.toThrow(message);
  });

  it.each<[string, AppNetworkSpec]>([
    ['nothing but its name', {}],
    [
      'every path of a regular expression',
      path('.*', 'RegularExpression') as AppNetworkSpec,
    ],
    [
      'a regular expression for what no path may have',
      path('//|/[^?# ]+', 'RegularExpression') as AppNetworkSpec,
    ],
    ...[
      '/',
      '/a',
      '/a/',
      '/a/b.c/...',
      "/-._~!$&'()*+,;=:@[]",
      '/k%C3%A4se%20und%c3%a4',
      `/${'a'.repeat(1023)}`,
    ].flatMap(value =>
      ['Exact', 'PathPrefix'].map((type): [string, AppNetworkSpec] => [
        `the ${type} path ${value}`,
        path(value, type) as AppNetworkSpec,
      ]),
    ),
    [
      'a cookie of any name and path that one may have',
      {
        rules: [
          {
            sessionPersistence: {
              sessionName: "__Host-aZ09!#$%&'*+-.^_`|~",
              path: '/a b=c,"d"',
            },
          },
          {
            sessionPersistence: {
              sessionName: 'a'.repeat(128),
              path: `/${'a'.repeat(1023)}`,
            },
          },
        ],
      },
    ],
    ['a wildcard hostname', { hostnames: ['*.shop.example.com'] }],
    [
      'the longest label that a hostname may have',
      { hostnames: [`${'a'.repeat(63)}.example.com`] },
    ],
    [
      'rules without matches where TLS passes through',
      {
        tls: { mode: 'Passthrough' },
        rules: [{ backendRefs: [{ name: 'shop', port: 8443 }] }],
      },
    ],
    [
      'defaults in every part',
      {
        hostnames: ['a.example.com'],
        tls: { issuerRef: { name: 'x' } },
        rules: [
          {
            matches: [{ path: {}, headers: [{ name: 'x-a', value: 'b' }] }],
            backendRefs: [{ name: 'shop' }],
            sessionPersistence: { sessionName: 'sid' },
          },
        ],
        mesh: {},
        networkPolicy: {},
        dns: {},
        egress: [{ host: 'svc.example.com' }],
      },
    ],
  ])(
    'is taken with %s, and gets the defaults that withDefaults gives',
    async (_, spec) => {
      const admitted = await admit(spec);
      expect(admitted.spec).toEqual(withDefaults({ ...admitted, spec }).spec);
    },
  );
});

describe('A NetworkPlatform', () => {
  const admitPlatform = (name: string, spec: unknown) =>
    connection.cluster.client.apply<NetworkPlatform>(
      {
        apiVersion: 'app-network.io/v1alpha1',
        kind: 'NetworkPlatform',
        metadata: { name },
        spec: spec as NetworkPlatform['spec'],
      },
      // Where a test beside this one has written the same object, its fields are not what is asked about.
      { dryRun: true, force: true },
    );

  it.each<[string, string, unknown, RegExp]>([
    [
      'another name than default',
      'other',
      {},
      /metadata\.name must be default/,
    ],
    [
      'two ways to resolve names',
      'default',
      { dns: { wildcard: {}, custom: { suffix: 'example.com' } } },
      /spec\.dns.*at most 1/,
    ],
    [
      'two places for one chart',
      'default',
      {
        components: {
          certManager: { chart: { path: '/a', oci: 'oci://b' } },
        },
      },
      /chart takes one of repository, oci and path/,
    ],
    [
      'an unknown component',
      'default',
      { components: { certmanager: {} } },
      /spec\.components\.certmanager/,
    ],
  ])('is refused with %s', async (_, name, spec, message) => {
    await expect(admitPlatform(name, spec)).rejects.toThrow(message);
  });

  it('gets the defaults that withDefaults gives', async () => {
    const spec = {
      dns: { wildcard: {} },
      components: { istio: {}, certManager: {} },
      systemComponents: [{ name: 'prometheus', namespace: 'monitoring' }],
    };
    const admitted = await admitPlatform('default', spec);
    expect(admitted.spec?.dns?.wildcard?.domain).toBe('nip.io');
    expect(admitted.spec).toEqual(withDefaults({ ...admitted, spec }).spec);
  });

  it('keeps the values of a chart as they are, whatever their shape', async () => {
    const values = { a: { b: [1, { c: null }] } };
    const { spec } = await admitPlatform('default', {
      components: { certManager: { values } },
    });
    expect(spec?.components?.certManager?.values).toEqual(values);
  });
});
