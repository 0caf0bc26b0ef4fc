import {
  API_VERSION,
  type AppNetwork,
  type AppNetworkJwtRule,
  type AppNetworkRule,
  type AppNetworkSpec,
  type KubernetesObject,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import fc from 'fast-check';
import { hostnameInput } from '../application/hostnameInput';
import { keySource } from '../application/render/authentication/issuers';
import { isBelow, isCertified } from '../application/render/hostnames';
import { render } from '../application/render/render';
import type { Rendered, Service } from '../application/render/types';
import { takenIssuers } from '../application/takenIssuers';
import {
  admissible,
  anySpec,
} from '../application/__testUtils__/anyAppNetwork';
import { syncedInformer } from '../engine/testing/syncedInformer';
import { APP_NETWORK } from '../kinds';
import { platformFacts } from '../platform/facts';
import { admit } from './admit';

const platform: NetworkPlatform = {
  apiVersion: API_VERSION,
  kind: 'NetworkPlatform',
  metadata: { name: 'default' },
  spec: {
    dns: { custom: { suffix: 'example.org' } },
    systemComponents: [
      {
        name: 'grafana',
        namespace: 'monitoring',
        ingress: { service: 'grafana', port: 80 },
      },
    ],
  },
};
const facts = platformFacts(platform);

const NAMESPACES = ['a', 'a-b', 'b'];
const HOSTNAMES = [
  'shop.example.com',
  'a.shop.example.com',
  '*.shop.example.com',
  '*.example.com',
  'shop.example.org',
  '*.example.org',
  '*.default.example.org',
  'shop.a.default.example.org',
  '*.b.default.example.org',
  'grafana.default.example.org',
];

const services: Service[] = NAMESPACES.flatMap(namespace =>
  ['shop', 'cart'].map(name => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  })),
);

const rule: fc.Arbitrary<AppNetworkRule> = fc.record(
  {
    matches: fc.constantFrom(
      [{ path: { type: 'PathPrefix' as const, value: '/' } }],
      [{ path: { type: 'PathPrefix' as const, value: '/a' } }],
      [{ path: { type: 'Exact' as const, value: '/a' } }],
    ),
    backendRefs: fc.constantFrom([{ name: 'shop' }], [{ name: 'cart' }]),
    sessionPersistence: fc.record({
      sessionName: fc.constantFrom('sid', 'cart'),
    }),
    authentication: fc.constant([{ requestPrincipals: ['*'] }]),
  },
  { requiredKeys: ['backendRefs'] },
);

/** Specs in which some fields are these, and the others any. */
function anySpecWith(
  fields: {
    [Field in keyof AppNetworkSpec]: fc.Arbitrary<AppNetworkSpec[Field]>;
  },
  requiredKeys: (keyof AppNetworkSpec)[],
): fc.Arbitrary<AppNetworkSpec> {
  return fc
    .tuple(anySpec, fc.record(fields, { requiredKeys }))
    .map(([any, given]) => {
      const others = Object.entries(any).filter(
        ([field]) => !(field in fields),
      );
      return admissible({ ...Object.fromEntries(others), ...given });
    });
}

const appNetwork: fc.Arbitrary<AppNetwork> = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom('shop', 'shop.a', 'b-shop'),
    spec: anySpecWith(
      {
        selector: fc.constantFrom<NonNullable<AppNetworkSpec['selector']>>(
          { matchLabels: { app: 'shop' } },
          { matchLabels: { app: 'shop', tier: 'web' } },
          { matchLabels: { app: 'cart' } },
          { matchLabels: { app: 'shop', tier: 'data' } },
          {},
        ),
        hostnames: fc.subarray(HOSTNAMES, { maxLength: 3 }),
        expose: fc.constantFrom(true, true, false),
        rules: fc.array(rule, { maxLength: 2 }),
        mesh: fc.record({ enabled: fc.boolean() }),
        // Few, so that two often say something of the same.
        egress: fc
          .constantFrom('HTTP' as const, 'TLS' as const)
          .map(protocol => [{ host: 'api.example.com', port: 80, protocol }]),
      },
      ['selector'],
    ),
  })
  .map(({ namespace, name, spec }) => ({
    apiVersion: API_VERSION,
    kind: 'AppNetwork',
    metadata: { namespace, name },
    spec,
  }));

/** Two AppNetworks in the order in which they are created, the second in a new second or in the same. */
const pair = fc
  .tuple(appNetwork, appNetwork, fc.constantFrom('00', '01'))
  .filter(([one, other]) => keyOf(one) !== keyOf(other))
  .map(([one, other, second]) => [created(one, '00'), created(other, second)]);

function created(given: AppNetwork, second: string): AppNetwork {
  const creationTimestamp = `2026-01-01T00:00:${second}Z`;
  return { ...given, metadata: { ...given.metadata, creationTimestamp } };
}

function isAdmitted(object: AppNetwork, others: AppNetwork[]): boolean {
  const { namespace = '' } = object.metadata;
  return admit(
    {
      uid: '1',
      operation: 'CREATE',
      kind: { group: 'app-network.io', version: 'v1alpha1', kind: object.kind },
      object,
    },
    {
      appNetworks: syncedInformer(APP_NETWORK, others),
      platform: () => platform,
      services: () =>
        services.filter(({ metadata }) => metadata.namespace === namespace),
      foreign: [],
      unread: () => [],
    },
  ).allowed;
}

/** What the reconciler makes of an AppNetwork beside others. */
function rendered(given: AppNetwork, others: AppNetwork[]): Rendered {
  const { namespace } = given.metadata;
  const inNamespace = <T extends KubernetesObject>(objects: readonly T[]) =>
    objects.filter(({ metadata }) => metadata.namespace === namespace);
  return render(given, facts, {
    services: inNamespace(services),
    ...hostnameInput(given, syncedInformer(APP_NETWORK, others), facts),
    neighbours: inNamespace(others).filter(other => other !== given),
    takenIssuers: takenIssuers(given, others),
    certificateSecret: 'Unread',
  });
}

/** What is in the way of two AppNetworks at one gateway; nothing where each gets what is its own. */
function collisions(
  one: [AppNetwork, Rendered],
  other: [AppNetwork, Rendered],
) {
  const [[first, a], [second, b]] = [one, other];
  const names = new Set(a.objects.map(refOf));
  const foreign = first.metadata.namespace !== second.metadata.namespace;
  return [
    ...b.objects.map(refOf).filter(name => names.has(name)),
    ...a.hostnames.filter(
      hostname =>
        b.hostnames.includes(hostname) && !isShared(hostname, [one, other]),
    ),
    ...gatewayHosts(a).filter(host => gatewayHosts(b).includes(host)),
    ...(foreign
      ? [
          ...lost(first, a.hostnames, b.hostnames),
          ...lost(second, b.hostnames, a.hostnames),
        ]
      : []),
    ...contradicting(a, b),
  ];
}

/** Whether two of one namespace both say that they serve a hostname together, and agree who holds it. */
function isShared(
  hostname: string,
  both: readonly [AppNetwork, Rendered][],
): boolean {
  const [one, other] = both.map(([{ metadata }, { sharedHostnames = [] }]) => ({
    namespace: metadata.namespace,
    shared: sharedHostnames.find(shared => shared.hostname === hostname),
  }));
  return (
    one?.namespace === other?.namespace &&
    one?.shared !== undefined &&
    JSON.stringify(one.shared) === JSON.stringify(other?.shared)
  );
}

/** `<namespace>` and hostname of every server of a Gateway; of two at one gateway one would be left out. */
function gatewayHosts({ objects }: Rendered): string[] {
  return objects
    .filter(({ kind }) => kind === 'Gateway')
    .flatMap(object =>
      (
        object as KubernetesObject & {
          spec: { servers: { hosts: string[]; port: { number: number } }[] };
        }
      ).spec.servers
        .filter(({ port }) => port.number === 443)
        .flatMap(({ hosts }) => hosts),
    )
    .map(host => host.replace('./', ''));
}

interface VirtualService extends KubernetesObject {
  spec: { hosts: string[]; http?: { directResponse?: { status: number } }[] };
}

/** Hostnames for which a client is told to ask over another connection. */
function misdirected({ objects }: Rendered): string[] {
  return objects
    .filter(({ kind }) => kind === 'VirtualService')
    .map(object => (object as VirtualService).spec)
    .filter(({ http }) => http?.[0]?.directResponse?.status === 421)
    .flatMap(({ hosts }) => hosts);
}

/** Hostnames below somebody else's wildcard, but for those that are generated for their namespace. */
function lost(
  { metadata: { namespace } }: AppNetwork,
  hostnames: readonly string[],
  others: readonly string[],
): string[] {
  return hostnames.filter(
    hostname =>
      others.some(other => isBelow(hostname, other)) &&
      !hostname.endsWith(`.${namespace}.default.example.org`),
  );
}

interface DestinationRule extends KubernetesObject {
  spec: {
    host: string;
    trafficPolicy?: object;
    subsets?: { name: string }[];
  };
}

/**
 * Where several objects say something of the same, Istio goes by one of them or by all, so that it must be the same: of a Service in
 * DestinationRules, of an issuer's keys at the gateway, and of what an outside host speaks at a port in ServiceEntries of a namespace.
 */
function contradicting(one: Rendered, other: Rendered): string[] {
  const first = new Map(one.objects.flatMap(said));
  return other.objects
    .flatMap(said)
    .filter(([about, what]) => first.has(about) && first.get(about) !== what)
    .map(([about]) => about);
}

/** What an object says, by what it says it of. */
function said(object: KubernetesObject): [about: string, what: string][] {
  const { kind, metadata } = object;
  switch (kind) {
    case 'DestinationRule': {
      const {
        host,
        trafficPolicy,
        subsets = [],
      } = (object as DestinationRule).spec;
      return [
        ...(trafficPolicy ? [{ name: '', ...trafficPolicy }] : []),
        ...subsets,
      ].map(part => [`${host} ${part.name}`, JSON.stringify(part)]);
    }
    case 'RequestAuthentication':
      return (object as RequestAuthentication).spec.jwtRules.map(keys => [
        `issuer ${keys.issuer}`,
        keySource(keys),
      ]);
    case 'ServiceEntry': {
      const { hosts, ports } = (object as ServiceEntry).spec;
      return hosts.flatMap(host =>
        ports.map(({ number, protocol }): [string, string] => [
          `${metadata.namespace} ${host}:${number}`,
          protocol,
        ]),
      );
    }
    default:
      return [];
  }
}

interface RequestAuthentication extends KubernetesObject {
  spec: { jwtRules: AppNetworkJwtRule[] };
}

interface ServiceEntry extends KubernetesObject {
  spec: { hosts: string[]; ports: { number: number; protocol: string }[] };
}

function refOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

function keyOf({ metadata }: AppNetwork): string {
  return `${metadata.namespace}/${metadata.name}`;
}

describe('Of any two AppNetworks', () => {
  it('what they become never collides, whether admission has refused the second or both came at once', () => {
    fc.assert(
      fc.property(pair, both => {
        const [one, other] = both as [AppNetwork, AppNetwork];
        expect(
          collisions(
            [one, rendered(one, both)],
            [other, rendered(other, both)],
          ),
        ).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('those that are admitted one after the other are served as they ask', () => {
    fc.assert(
      fc.property(pair, both => {
        const [one, other] = both as [AppNetwork, AppNetwork];
        fc.pre(isAdmitted(one, []) && isAdmitted(other, [one]));
        const first = {
          ...one,
          status: { hostnames: rendered(one, [one]).hostnames },
        };
        for (const given of [first, other]) {
          const { problems } = rendered(given, [first, other]);
          expect(problems.filter(({ certain }) => certain)).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('none answers over a connection to its wildcard for a hostname that the other serves', () => {
    let covered = 0;
    fc.assert(
      fc.property(pair, both => {
        const served = both.map(given => ({
          ...given,
          status: { hostnames: rendered(given, both).hostnames },
        }));
        for (const [given, other] of [served, served.toReversed()] as [
          AppNetwork,
          AppNetwork,
        ][]) {
          const now = rendered(given, served);
          const hosts = gatewayHosts(now);
          const certified = [
            ...(other.status?.hostnames ?? []),
            ...facts.systemHostnames,
          ].filter(
            hostname =>
              given.spec?.tls?.mode !== 'Passthrough' &&
              !hosts.includes(hostname) &&
              hosts.some(host => isCertified(hostname, host)),
          );
          covered += certified.length;
          expect(misdirected(now)).toEqual([...new Set(certified)].sort());
        }
      }),
      { numRuns: 300 },
    );
    expect(covered).toBeGreaterThan(0);
  });

  it('each is refused or admitted at least once, so that both are looked at', () => {
    const answers = fc
      .sample(pair, { numRuns: 100, seed: 1 })
      .map(([one, other]) =>
        isAdmitted(other as AppNetwork, [one as AppNetwork]),
      );
    expect(new Set(answers)).toEqual(new Set([true, false]));
  });
});
