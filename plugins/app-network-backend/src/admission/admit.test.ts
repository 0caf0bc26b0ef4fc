import {
  API_VERSION,
  type AppNetwork,
  type AppNetworkSpec,
  type KubernetesObject,
  type NetworkPlatform,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type { Service } from '../application/render/types';
import { syncedInformer } from '../engine/testing/syncedInformer';
import { APP_NETWORK } from '../kinds';
import { admit } from './admit';
import type { AdmissionContext, AdmissionRequest } from './types';

const CREATED = '2026-01-01T00:00:00Z';

function appNetwork(
  key: string,
  spec: AppNetworkSpec,
  metadata: Partial<AppNetwork['metadata']> = {},
): AppNetwork {
  const [namespace, name = ''] = key.split('/');
  return {
    apiVersion: API_VERSION,
    kind: 'AppNetwork',
    metadata: { namespace, name, creationTimestamp: CREATED, ...metadata },
    spec,
  };
}

function platform(spec: NetworkPlatformSpec): NetworkPlatform {
  return {
    apiVersion: API_VERSION,
    kind: 'NetworkPlatform',
    metadata: { name: 'default' },
    spec: { dns: { custom: { suffix: 'example.org' } }, ...spec },
  };
}

function service(ports: number[]): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name: 'shop' },
    spec: {
      selector: { 'app.kubernetes.io/name': 'shop' },
      ports: ports.map(port => ({ port })),
    },
  };
}

interface Around {
  platform?: NetworkPlatform | null;
  appNetworks?: AppNetwork[];
  services?: Service[];
  unread?: string[];
}

function contextOf({
  platform: given = platform({}),
  appNetworks = [],
  services = [service([80])],
  unread = [],
}: Around): AdmissionContext {
  return {
    appNetworks: syncedInformer(APP_NETWORK, appNetworks),
    platform: () => given ?? undefined,
    services: namespace =>
      services.filter(({ metadata }) => metadata.namespace === namespace),
    foreign: [],
    unread: () => unread,
  };
}

function requestOf(
  object: KubernetesObject,
  oldObject?: KubernetesObject,
): AdmissionRequest {
  return {
    uid: '1',
    operation: oldObject ? 'UPDATE' : 'CREATE',
    kind: { group: 'app-network.io', version: 'v1alpha1', kind: object.kind },
    namespace: object.metadata.namespace,
    name: object.metadata.name,
    object,
    oldObject: oldObject ?? null,
  };
}

type Written = AppNetwork | NetworkPlatform;

const create = (object: Written, around: Around = {}) =>
  admit(requestOf(object), contextOf(around));

const update = (oldObject: Written, object: Written, around: Around = {}) =>
  admit(requestOf(object, oldObject), contextOf(around));

const hostnames = ['shop.example.com'];
const lookahead: AppNetworkSpec = {
  rules: [
    { matches: [{ path: { type: 'RegularExpression', value: '/(?!a)' } }] },
  ],
};

describe('A new AppNetwork', () => {
  it('is admitted without a word where nothing is wrong', () => {
    expect(create(appNetwork('shop/shop', {}))).toEqual({ allowed: true });
  });

  it.each<[string, AppNetwork, Around, RegExp]>([
    [
      'a regular expression that RE2 does not read',
      appNetwork('shop/shop', lookahead),
      {},
      /^spec\.rules\[0\]\.matches\[0\]\.path\.value: \/\(\?!a\) is not/,
    ],
    [
      'a header that is asked for twice',
      appNetwork('shop/shop', {
        rules: [
          {
            matches: [
              {
                headers: [
                  { name: 'x-a', value: '1' },
                  { name: 'X-A', value: '2' },
                ],
              },
            ],
          },
        ],
      }),
      {},
      /^spec\.rules\[0\]\.matches\[0\]\.headers\[1\]\.name: header X-A/,
    ],
    [
      'no port where the Service has several',
      appNetwork('shop/shop', { rules: [{ backendRefs: [{ name: 'shop' }] }] }),
      { services: [service([80, 443])] },
      /^spec\.rules\[0\]\.backendRefs\[0\]: no port is given, and Service shop in namespace shop has several: 80, 443\./,
    ],
    [
      'a host and path of another',
      appNetwork('shop/shop', { hostnames }),
      { appNetworks: [appNetwork('shop/first', { hostnames })] },
      /hostname shop\.example\.com belongs to AppNetwork first in namespace shop.*serves PathPrefix \//,
    ],
    [
      'a path that one of several on a hostname has, which does not hold it',
      appNetwork('shop/shop', {
        hostnames,
        rules: [{ matches: [{ path: { value: '/cart/' } }] }],
      }),
      {
        appNetworks: [
          appNetwork('shop/first', { hostnames }),
          appNetwork('shop/second', {
            hostnames,
            rules: [{ matches: [{ path: { value: '/cart' } }] }],
          }),
        ],
      },
      /hostname shop\.example\.com is shared with AppNetwork second in namespace shop.*serves PathPrefix \/cart/,
    ],
    [
      'another certificate for a hostname that it would share',
      appNetwork('shop/shop', {
        hostnames,
        rules: [{ matches: [{ path: { value: '/cart' } }] }],
        tls: { certificateRef: { name: 'mine' } },
      }),
      { appNetworks: [appNetwork('shop/first', { hostnames })] },
      /^spec\.tls\.certificateRef: here it is mine, and in AppNetwork first in namespace shop/,
    ],
    [
      "another namespace's host",
      appNetwork('shop/shop', {
        hostnames,
        rules: [{ matches: [{ path: { value: '/a' } }] }],
      }),
      { appNetworks: [appNetwork('other/first', { hostnames })] },
      /hostname shop\.example\.com belongs to AppNetwork first in namespace other/,
    ],
    [
      'a hostname of one that was created in the same second and has a later name',
      appNetwork('a/shop', { hostnames }),
      { appNetworks: [appNetwork('z/first', { hostnames })] },
      /AppNetwork first in namespace z/,
    ],
    [
      "a name below another namespace's wildcard",
      appNetwork('shop/shop', { hostnames }),
      {
        appNetworks: [
          appNetwork('other/all', { hostnames: ['*.example.com'] }),
        ],
      },
      /below \*\.example\.com.*AppNetwork all in namespace other/,
    ],
    [
      'the hostname of a system component',
      appNetwork('shop/shop', { hostnames: ['grafana.default.example.org'] }),
      {
        platform: platform({
          systemComponents: [
            {
              name: 'grafana',
              namespace: 'monitoring',
              ingress: { service: 'grafana', port: 80 },
            },
          ],
        }),
      },
      /belongs to a system component/,
    ],
    [
      "the platform's namespace",
      appNetwork('istio-system/shop', {}),
      {},
      /^metadata\.namespace: namespace istio-system belongs to the network platform/,
    ],
    [
      'the namespace of an Istio that was there before',
      appNetwork('mesh/shop', {}),
      {
        platform: {
          ...platform({}),
          status: {
            components: [
              {
                name: 'istio',
                release: 'istiod',
                namespace: 'mesh',
                chart: 'istiod',
                existing: true,
                state: 'Existing',
              },
            ],
          },
        },
      },
      /^metadata\.namespace: namespace mesh belongs to the network platform/,
    ],
    [
      'a namespace of the cluster',
      appNetwork('kube-system/shop', {}),
      {},
      /^metadata\.namespace: namespace kube-system belongs to the cluster/,
    ],
    [
      'what is wrong by itself, though there is no platform',
      appNetwork('shop/shop', lookahead),
      { platform: null },
      /^spec\.rules\[0\]\.matches\[0\]\.path\.value/,
    ],
  ])('is refused with %s', (_, object, around, message) => {
    expect(create(object, around)).toEqual({
      allowed: false,
      message: expect.stringMatching(message),
    });
  });

  it('is told all that it is refused for', () => {
    const { message } = create(
      appNetwork('shop/shop', { ...lookahead, hostnames }),
      { appNetworks: [appNetwork('other/first', { hostnames })] },
    );
    expect(message).toMatch(/^spec\.rules.*spec\.hostnames/);
  });

  it.each<[string, AppNetwork, Around, RegExp]>([
    [
      'a Service that is not there yet',
      appNetwork('shop/shop', { rules: [{ backendRefs: [{ name: 'cart' }] }] }),
      {},
      /there is no Service cart in namespace shop/,
    ],
    [
      'a port that the Service does not have yet',
      appNetwork('shop/shop', {
        rules: [{ backendRefs: [{ name: 'shop', port: 81 }] }],
      }),
      {},
      /has no TCP port 81/,
    ],
    [
      'a cluster without a platform',
      appNetwork('shop/shop', {}),
      { platform: null, services: [] },
      /^This cluster has no NetworkPlatform default/,
    ],
    [
      'caches that are not filled, and of nothing that would be missing in them',
      appNetwork('shop/shop', {}),
      { services: [], unread: ['Services are being read.'] },
      /^Services are being read\.$/,
    ],
  ])('is admitted with a warning of %s', (_, object, around, warning) => {
    expect(create(object, around)).toEqual({
      allowed: true,
      warnings: [expect.stringMatching(warning)],
    });
  });

  it('is admitted with other paths on a hostname of its own namespace', () => {
    const rules = (value: string) => [
      { matches: [{ path: { value } }], backendRefs: [{ name: 'shop' }] },
    ];
    expect(
      create(appNetwork('shop/cart', { hostnames, rules: rules('/cart') }), {
        appNetworks: [
          appNetwork('shop/shop', { hostnames, rules: rules('/shop') }),
        ],
      }),
    ).toEqual({ allowed: true });
  });

  it('says nothing of a Secret, which it does not look at', () => {
    expect(
      create(
        appNetwork('shop/shop', {
          hostnames,
          tls: { certificateRef: { name: 'mine' } },
        }),
      ),
    ).toEqual({ allowed: true });
  });
});

describe('A change of an AppNetwork', () => {
  const stored = appNetwork('shop/shop', { ...lookahead, hostnames });
  const withFinalizer = { metadata: { ...stored.metadata, finalizers: ['a'] } };

  it('that leaves the spec as it is, is admitted whatever was wrong before, with a warning', () => {
    expect(update({ ...stored, ...withFinalizer }, stored)).toEqual({
      allowed: true,
      warnings: [expect.stringContaining('/(?!a) is not')],
    });
  });

  it('that puts one of two things right is admitted', () => {
    const taken = { appNetworks: [appNetwork('other/first', { hostnames })] };
    expect(
      update(stored, appNetwork('shop/shop', { hostnames }), taken).allowed,
    ).toBe(true);
  });

  it('that brings another problem is refused for that alone', () => {
    expect(
      update(stored, {
        ...stored,
        spec: { ...lookahead, hostnames: ['a.example.com'] },
      }),
    ).toMatchObject({ allowed: true });
    expect(
      update(stored, {
        ...stored,
        spec: {
          ...lookahead,
          hostnames,
          rules: [
            ...(lookahead.rules ?? []),
            { matches: [{ path: { type: 'RegularExpression', value: '(' } }] },
          ],
        },
      }),
    ).toEqual({
      allowed: false,
      message: expect.stringMatching(
        /^spec\.rules\[1\]\.matches\[0\]\.path\.value: \( is not/,
      ),
    });
  });

  it('that takes the hostname of one that was created later is refused', () => {
    const old = appNetwork('shop/shop', {}, { creationTimestamp: '2020' });
    expect(
      update(
        old,
        { ...old, spec: { hostnames } },
        { appNetworks: [old, appNetwork('other/late', { hostnames })] },
      ),
    ).toEqual({
      allowed: false,
      message: expect.stringContaining('AppNetwork late in namespace other'),
    });
  });

  it('says nothing against a hostname that it serves and another asks for', () => {
    const old = appNetwork('shop/shop', { hostnames });
    const late = appNetwork(
      'other/late',
      { hostnames },
      { creationTimestamp: '2027' },
    );
    expect(update(old, { ...old }, { appNetworks: [old, late] })).toEqual({
      allowed: true,
    });
  });

  it('that ends a deletion is admitted', () => {
    const deleting = {
      ...stored,
      spec: { ...lookahead, hostnames: ['b.example.com'] },
      metadata: { ...stored.metadata, deletionTimestamp: CREATED },
    };
    expect(update(appNetwork('shop/shop', {}), deleting)).toEqual({
      allowed: true,
    });
  });
});

describe('What is nobody’s matter', () => {
  it.each<[string, Partial<AdmissionRequest>]>([
    ['a deletion', { operation: 'DELETE', object: null }],
    ['a status', { subResource: 'status' }],
    ['another kind', { kind: { group: '', version: 'v1', kind: 'Secret' } }],
  ])('%s is admitted', (_, changed) => {
    const request = requestOf(appNetwork('shop/shop', lookahead));
    expect(admit({ ...request, ...changed }, contextOf({}))).toEqual({
      allowed: true,
    });
  });
});

describe('A NetworkPlatform', () => {
  const served = (namespace: string) => ({
    name: 'grafana',
    namespace,
    ingress: { service: 'grafana', port: 80 },
  });

  it('is admitted without a word where nothing is wrong', () => {
    expect(
      create(
        platform({
          systemComponents: [
            served('monitoring'),
            { name: 'grafana', namespace: 'other' },
          ],
        }),
      ),
    ).toEqual({ allowed: true });
  });

  it.each<[string, NetworkPlatformSpec, AppNetwork[], RegExp]>([
    [
      'an ACME server and no solver',
      {
        certificates: {
          acme: { server: 'https://acme.example.com', email: 'a@example.com' },
        },
      },
      [],
      /^spec\.certificates\.acme\.solvers is empty/,
    ],
    [
      'two system components of one name',
      { systemComponents: [served('monitoring'), served('observability')] },
      [],
      /^spec\.systemComponents observability\/grafana: monitoring\/grafana is served at the hostname that is made from this name, grafana\.default/,
    ],
    [
      'a system component at the hostname of an AppNetwork',
      { systemComponents: [served('monitoring')] },
      [appNetwork('shop/shop', { hostnames: ['grafana.default.example.org'] })],
      /^spec\.systemComponents: hostname grafana\.default\.example\.org is served for AppNetwork shop in namespace shop/,
    ],
    [
      'a namespace in which an AppNetwork is',
      { components: { certManager: { namespace: 'shop' } } },
      [appNetwork('shop/shop', {})],
      /^spec\.components: namespace shop would be the network platform's, and AppNetwork shop is in it/,
    ],
  ])('is refused with %s', (_, spec, appNetworks, message) => {
    const around = { appNetworks };
    expect(create(platform(spec), around)).toEqual({
      allowed: false,
      message: expect.stringMatching(message),
    });
    expect(update(platform(spec), platform(spec), around)).toMatchObject({
      allowed: true,
      warnings: [expect.stringMatching(message)],
    });
    expect(update(platform({}), platform(spec), around).allowed).toBe(false);
  });
});
