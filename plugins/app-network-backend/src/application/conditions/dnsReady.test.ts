import type {
  AppNetworkSpec,
  AppNetworkStatus,
} from '@app-network/backstage-plugin-app-network-common';
import { nothingDone } from '../../engine/reconcileOwned';
import type { SeenName } from '../../platform/dns/names';
import type { PlatformFacts } from '../../platform/facts';
import { DEFAULT_FACTS } from '../testing/renderCases';
import { dnsQuestion, dnsReady } from './dnsReady';
import type { Observation } from './observation';

const ZONE: Partial<PlatformFacts> = {
  dns: { mode: 'External', zone: 'example.com', servers: ['192.0.2.53:53'] },
  dnsSuffix: 'example.com',
};

function observation(
  hostnames: string[],
  facts: Partial<PlatformFacts>,
  names?: SeenName[],
  spec: AppNetworkSpec = {},
): Observation {
  return {
    appNetwork: {
      apiVersion: 'app-network.io/v1alpha1',
      kind: 'AppNetwork',
      metadata: { name: 'shop', namespace: 'shop' },
      spec,
    },
    facts: { ...DEFAULT_FACTS, ...facts },
    rendered: {
      objects: [],
      retained: [],
      hostnames,
      routes: [],
      problems: [],
    },
    result: nothingDone(),
    names,
    selectsNothing: false,
    sharedPods: [],
    sharedHostnames: [],
    now: new Date('2026-06-01T12:00:00Z'),
  };
}

const seen = (
  hostname: string,
  state: SeenName['state'],
  more: Partial<SeenName> = {},
): SeenName => ({
  hostname,
  state,
  leadsTo: state === 'Resolves' ? ['203.0.113.7'] : [],
  asked: '192.0.2.53:53',
  ...more,
});

describe('DNSReady of an AppNetwork', () => {
  it.each<[string, Observation, [string, string, string]]>([
    [
      'is not known before the names have been looked up',
      observation(['a.example.com'], ZONE),
      ['Unknown', 'Looking', 'a.example.com is being looked up.'],
    ],
    [
      'holds when all names lead to the gateway',
      observation(['a.example.com', 'b.example.com'], ZONE, [
        seen('a.example.com', 'Resolves'),
        seen('b.example.com', 'Resolves'),
      ]),
      [
        'True',
        'Resolves',
        'a.example.com, b.example.com lead to the ingress gateway.',
      ],
    ],
    [
      'fails for a name without a record, and carries what the platform knows of the reason',
      observation(
        ['a.example.com'],
        { dns: { mode: 'External', zone: 'example.com', problem: 'REFUSED.' } },
        [seen('a.example.com', 'Missing')],
      ),
      [
        'False',
        'RecordMissing',
        'a.example.com has no record yet, as 192.0.2.53:53 says; it should lead to 203.0.113.7. The platform says: REFUSED.',
      ],
    ],
    [
      'fails for a name that leads elsewhere, with where and by whom',
      observation(['a.example.com'], ZONE, [
        seen('a.example.com', 'Elsewhere', {
          leadsTo: ['192.0.2.1'],
          maker: { owner: 'blue', resource: 'gateway/shop/shop' },
        }),
      ]),
      [
        'False',
        'PointsElsewhere',
        "a.example.com leads to 192.0.2.1, as 192.0.2.53:53 says, and not to 203.0.113.7. The record was made by the ExternalDNS with owner id blue for gateway/shop/shop; another one leaves it alone. If that is not this cluster's, remove it there, or take another name.",
      ],
    ],
    [
      'names the cluster whose ExternalDNS has made the record, where it is known',
      observation(['a.example.com'], ZONE, [
        seen('a.example.com', 'Elsewhere', {
          leadsTo: ['192.0.2.1'],
          maker: {
            owner: 'default-1234',
            resource: 'gateway/shop/shop',
            cluster: 'west',
          },
        }),
      ]),
      [
        'False',
        'PointsElsewhere',
        "a.example.com leads to 192.0.2.1, as 192.0.2.53:53 says, and not to 203.0.113.7. The record was made by the ExternalDNS of cluster west for gateway/shop/shop, and this cluster's leaves it alone. Remove it there, or take another name.",
      ],
    ],
    [
      'says where the record is of the cluster itself',
      observation(['a.example.com'], ZONE, [
        seen('a.example.com', 'Elsewhere', {
          leadsTo: ['192.0.2.1'],
          maker: { owner: 'default-1234', cluster: 'east', isOwn: true },
        }),
      ]),
      [
        'False',
        'PointsElsewhere',
        "a.example.com leads to 192.0.2.1, as 192.0.2.53:53 says, and not to 203.0.113.7. The record was made by this cluster's own ExternalDNS, which corrects it within a minute; if it does not, change or remove what it was made for.",
      ],
    ],
    [
      'is not known, for good, where nobody can be asked',
      observation(['a.example.com'], ZONE, [
        seen('a.example.com', 'Unanswered', { failure: 'ETIMEOUT' }),
      ]),
      [
        'Unknown',
        'NotObserved',
        'Whether a.example.com leads to 203.0.113.7 is not known: 192.0.2.53:53 gives no answer (ETIMEOUT). Name servers that this portal can ask are set in appNetwork.dns.servers of app-config.',
      ],
    ],
    [
      "says where a name leads now whose record is the user's to make",
      observation(['shop.test'], ZONE, [
        seen('shop.test', 'Elsewhere', { leadsTo: ['192.0.2.1'] }),
      ]),
      [
        'Unknown',
        'NotManaged',
        'No record is made for shop.test. Make sure that there is an A record with 203.0.113.7 for each where your DNS is kept. shop.test leads to 192.0.2.1 now.',
      ],
    ],
    [
      'holds where the user has made the record',
      observation(
        ['shop.test'],
        { dns: { mode: 'Custom' }, dnsSuffix: 'test' },
        [seen('shop.test', 'Resolves')],
      ),
      ['True', 'Resolves', 'shop.test leads to the ingress gateway.'],
    ],
    [
      'puts what ExternalDNS has not done before what the user has not',
      observation(['a.example.com', 'shop.test'], ZONE, [
        seen('a.example.com', 'Missing'),
        seen('shop.test', 'Missing'),
      ]),
      [
        'False',
        'RecordMissing',
        'a.example.com has no record yet, as 192.0.2.53:53 says; it should lead to 203.0.113.7.',
      ],
    ],
  ])('%s', (_, given, [status, reason, message]) => {
    expect(dnsReady(given)).toEqual({
      type: 'DNSReady',
      status,
      reason,
      message,
    });
  });
});

describe('DNSReady before the first look', () => {
  const given = (before: Partial<AppNetworkStatus>, observedGeneration = 3) => {
    const { appNetwork, ...rest } = observation(['a.example.com'], ZONE);
    return {
      ...rest,
      appNetwork: {
        ...appNetwork,
        metadata: { ...appNetwork.metadata, generation: 3 },
        status: {
          hostnames: ['a.example.com'],
          addresses: DEFAULT_FACTS.ingressGateway.addresses,
          ...before,
          conditions: [
            {
              type: 'DNSReady',
              status: 'True' as const,
              reason: 'Resolves',
              message: 'As it was.',
              lastTransitionTime: '2026-06-01T11:00:00Z',
              observedGeneration,
            },
          ],
        },
      },
    };
  };

  it('is what it was before a restart', () => {
    expect(dnsReady(given({}))).toMatchObject({
      status: 'True',
      message: 'As it was.',
    });
  });

  it.each([
    ['for another specification', given({}, 2)],
    ['of other names', given({ hostnames: ['b.example.com'] })],
    [
      'of another address',
      given({ addresses: [{ type: 'IPAddress', value: '203.0.113.8' }] }),
    ],
  ])('is not known from what it was %s', (_, observed) => {
    expect(dnsReady(observed)).toMatchObject({
      status: 'Unknown',
      reason: 'Looking',
    });
  });
});

describe('dnsQuestion', () => {
  it('has names of the zone asked where the zone is kept, and others as everybody asks', () => {
    expect(
      dnsQuestion(observation(['a.example.com', 'a.notexample.com'], ZONE)),
    ).toEqual({
      targets: [{ type: 'IPAddress', value: '203.0.113.7' }],
      names: [
        {
          hostname: 'a.example.com',
          zone: 'example.com',
          servers: ['192.0.2.53:53'],
        },
        { hostname: 'a.notexample.com' },
      ],
    });
  });

  it.each([
    ['a wildcard', observation(['shop.203.0.113.7.nip.io'], {})],
    [
      'what is not exposed',
      observation(['a.example.com'], ZONE, undefined, { expose: false }),
    ],
    [
      'a gateway without an address',
      observation(['a.example.com'], {
        ...ZONE,
        ingressGateway: { ...DEFAULT_FACTS.ingressGateway, addresses: [] },
      }),
    ],
  ])('asks nothing about %s', (_, given) => {
    expect(dnsQuestion(given)).toBeUndefined();
  });
});
