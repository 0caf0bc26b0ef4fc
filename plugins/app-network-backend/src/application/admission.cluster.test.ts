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
      /spec\.rules.*tls\.mode Passthrough/,
    ],
    [
      'an own certificate for hostnames that are generated',
      { tls: { certificateRef: { name: 'mine' } } },
      /tls\.certificateRef needs hostnames/,
    ],
    [
      'an own certificate and an issuer at once',
      {
        hostnames: ['a.example.com'],
        tls: { certificateRef: { name: 'mine' }, issuerRef: { name: 'x' } },
      },
      /tls\.certificateRef and tls\.issuerRef exclude each other/,
    ],
    [
      'a path that does not start with /',
      path('a', 'Exact'),
      /path\.value of an Exact or PathPrefix match must start with \//,
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
      /spec\.egress\[0\]\.host.*cannot be a wildcard.*list each host/,
    ],
    [
      'egress to an address',
      { egress: [{ host: '203.0.113.7' }] },
      /spec\.egress\[0\]\.host.*must be a name, not an address/,
    ],
    ...[
      'localhost',
      'cart.cart.svc',
      'cart.cart.svc.k8s.example.com',
      'cart.cluster.local',
    ].map((host): [string, unknown, RegExp] => [
      `egress to ${host}, which is in the cluster`,
      { egress: [{ host }] },
      /spec\.egress\[0\]\.host.*must be outside of the cluster/,
    ]),
    [
      'egress by HTTP to the port of TLS',
      { egress: [{ host: 'api.example.com', protocol: 'HTTP' }] },
      /spec\.egress\[0\]\.port.*must be said, such as 80/,
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
