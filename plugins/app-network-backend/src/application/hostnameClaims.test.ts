import type {
  AppNetwork,
  AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { hostnameClaims } from './hostnameClaims';

const FACTS = {
  environmentName: 'default',
  dnsSuffix: 'example.org',
  systemHostnames: ['prometheus.default.example.org'],
};

function appNetwork(
  key: string,
  spec: AppNetworkSpec,
  creationTimestamp?: string,
): AppNetwork {
  const [namespace, name = ''] = key.split('/');
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace, name, creationTimestamp },
    spec,
  };
}

/** As it is once it serves hostnames. */
function serving(given: AppNetwork, served: string[]): AppNetwork {
  return { ...given, status: { hostnames: served } };
}

const JANUARY = '2026-01-01T00:00:00Z';
const FEBRUARY = '2026-02-01T00:00:00Z';
const hostnames = ['shop.example.com'];

describe('hostnameClaims', () => {
  it.each<
    [
      title: string,
      checked: AppNetwork,
      others: AppNetwork[],
      problems: [reason: string, message: RegExp][],
    ]
  >([
    [
      'leaves a hostname to who was there first',
      appNetwork('b/shop', { hostnames }, JANUARY),
      [appNetwork('a/shop', { hostnames }, FEBRUARY)],
      [],
    ],
    [
      'refuses a hostname that an earlier one of another namespace has, and says whose it is',
      appNetwork('a/shop', { hostnames }, FEBRUARY),
      [appNetwork('b/first', { hostnames }, JANUARY)],
      [
        [
          'HostnameTaken',
          /shop\.example\.com belongs to AppNetwork first in namespace b/,
        ],
      ],
    ],
    [
      'takes one that is not created yet for the last',
      appNetwork('a/new', { hostnames }),
      [appNetwork('b/first', { hostnames }, FEBRUARY)],
      [['HostnameTaken', /first in namespace b/]],
    ],
    [
      'decides by name between two of the same second',
      appNetwork('b/shop', { hostnames }, JANUARY),
      [appNetwork('a/shop', { hostnames }, JANUARY)],
      [['HostnameTaken', /shop in namespace a/]],
    ],
    [
      'names the first of several that were earlier',
      appNetwork('a/shop', { hostnames }),
      [
        appNetwork('c/second', { hostnames }, FEBRUARY),
        appNetwork('b/first', { hostnames }, JANUARY),
      ],
      [['HostnameTaken', /first in namespace b/]],
    ],
    [
      'has nothing against itself',
      appNetwork('a/shop', { hostnames }, JANUARY),
      [appNetwork('a/shop', { hostnames }, JANUARY)],
      [],
    ],
    [
      'does not count one that is not exposed',
      appNetwork('a/shop', { hostnames }, FEBRUARY),
      [appNetwork('b/first', { hostnames, expose: false }, JANUARY)],
      [],
    ],
    [
      'keeps names that are generated for a namespace for it',
      appNetwork(
        'a/thief',
        { hostnames: ['shop.b.default.example.org'] },
        FEBRUARY,
      ),
      [appNetwork('b/shop', {}, JANUARY)],
      [
        [
          'HostnameTaken',
          /shop\.b\.default\.example\.org is one of those that are generated for namespace b\. .* end in \.a\.default\.example\.org/,
        ],
      ],
    ],
    [
      "refuses another namespace's hostname for other paths too",
      appNetwork(
        'b/cart',
        { hostnames, rules: [{ matches: [{ path: { value: '/cart' } }] }] },
        FEBRUARY,
      ),
      [
        appNetwork(
          'a/shop',
          { hostnames, rules: [{ matches: [{ path: { value: '/shop' } }] }] },
          JANUARY,
        ),
      ],
      [['HostnameTaken', /shop in namespace a.* one namespace's/]],
    ],
    [
      'leaves a hostname to who serves it, though another is older and asks for it now',
      appNetwork('a/shop', { hostnames }, JANUARY),
      [serving(appNetwork('b/late', { hostnames }, FEBRUARY), hostnames)],
      [['HostnameTaken', /late in namespace b, which was there first/]],
    ],
    [
      'has it stay with the older one where both serve it',
      serving(appNetwork('a/shop', { hostnames }, JANUARY), hostnames),
      [serving(appNetwork('b/late', { hostnames }, FEBRUARY), hostnames)],
      [],
    ],
    [
      "refuses a name below another namespace's wildcard",
      appNetwork('a/shop', { hostnames }, FEBRUARY),
      [appNetwork('b/all', { hostnames: ['*.example.com'] }, JANUARY)],
      [
        [
          'HostnameTaken',
          /hostname shop\.example\.com is below \*\.example\.com, which belongs to AppNetwork all in namespace b/,
        ],
      ],
    ],
    [
      'refuses one that is several labels below, as gateways read wildcards',
      appNetwork('a/shop', { hostnames: ['a.b.example.com'] }, FEBRUARY),
      [appNetwork('b/all', { hostnames: ['*.example.com'] }, JANUARY)],
      [['HostnameTaken', /all in namespace b/]],
    ],
    [
      "refuses a wildcard for another namespace's name",
      appNetwork('a/all', { hostnames: ['*.example.com'] }, FEBRUARY),
      [appNetwork('b/shop', { hostnames }, JANUARY)],
      [
        [
          'HostnameTaken',
          /wildcard \*\.example\.com is for shop\.example\.com as well, which belongs to AppNetwork shop in namespace b/,
        ],
      ],
    ],
    [
      "refuses a wildcard below another namespace's",
      appNetwork('a/some', { hostnames: ['*.shop.example.com'] }, FEBRUARY),
      [appNetwork('b/all', { hostnames: ['*.example.com'] }, JANUARY)],
      [['HostnameTaken', /is below \*\.example\.com/]],
    ],
    [
      'takes a name below a wildcard of its own namespace',
      appNetwork('b/shop', { hostnames }, FEBRUARY),
      [appNetwork('b/all', { hostnames: ['*.example.com'] }, JANUARY)],
      [],
    ],
    [
      'does not take the parent of a wildcard for a part of it',
      appNetwork('a/shop', { hostnames: ['example.com'] }, FEBRUARY),
      [appNetwork('b/all', { hostnames: ['*.example.com'] }, JANUARY)],
      [],
    ],
    [
      'has generated names be served below a wildcard for all of them, and that for the rest',
      appNetwork('a/shop', {}, FEBRUARY),
      [appNetwork('b/all', { hostnames: ['*.example.org'] }, JANUARY)],
      [],
    ],
    [
      'takes a wildcard though names below it are generated',
      appNetwork('b/all', { hostnames: ['*.example.org'] }, FEBRUARY),
      [appNetwork('a/shop', {}, JANUARY)],
      [],
    ],
    [
      'takes names of the kind that is generated in their namespace',
      appNetwork('a/shop', { hostnames: ['*.a.default.example.org'] }),
      [],
      [],
    ],
    [
      'keeps the hostname of a system component for it',
      appNetwork('a/prometheus', {
        hostnames: ['prometheus.default.example.org'],
      }),
      [],
      [['HostnameTaken', /belongs to a system component/]],
    ],
    [
      'takes another name beside those of system components',
      appNetwork('a/shop', { hostnames: ['shop.default.example.org'] }),
      [],
      [],
    ],
    [
      'does not leave a hostname to who may not have it either',
      appNetwork('b/shop', {}, FEBRUARY),
      [
        appNetwork(
          'a/thief',
          { hostnames: ['shop.b.default.example.org'] },
          JANUARY,
        ),
      ],
      [],
    ],
  ])('%s', (_title, checked, others, problems) => {
    expect(
      hostnameClaims(checked, others, FACTS).taken.map(
        ({ problem: { reason, message } }) => [reason, message],
      ),
    ).toEqual(
      problems.map(([reason, message]) => [
        reason,
        expect.stringMatching(message),
      ]),
    );
  });
});

const at = (...paths: string[]): AppNetworkSpec => ({
  hostnames,
  rules: [{ matches: paths.map(value => ({ path: { value } })) }],
});

/** As its status says it: served at the hostname, which another one holds. */
function servedBy(heldBy: string, given: AppNetwork): AppNetwork {
  const { name } = given.metadata;
  return {
    ...given,
    status: {
      hostnames,
      sharedHostnames: [
        { hostname: 'shop.example.com', heldBy, appNetworks: [heldBy, name] },
      ],
    },
  };
}

describe('Several AppNetworks of a namespace on one hostname', () => {
  const shop = appNetwork('a/shop', at('/'), JANUARY);
  const cart = appNetwork('a/cart', at('/cart'), FEBRUARY);
  const api = appNetwork('a/api', at('/api'), '2026-03-01T00:00:00Z');

  it.each<
    [
      title: string,
      all: AppNetwork[],
      /** In order. */
      members: string[],
      /** The others, and why. */
      refused: Record<string, RegExp>,
    ]
  >([
    [
      'share it, in the order in which they were created',
      [api, cart, shop],
      ['shop', 'cart', 'api'],
      {},
    ],
    [
      'have it held by who serves it, though another is older',
      [shop, serving(api, hostnames), cart],
      ['api', 'shop', 'cart'],
      {},
    ],
    [
      'have who holds it keep it, once those that share it serve it as well',
      [servedBy('api', shop), servedBy('api', api), cart],
      ['api', 'shop', 'cart'],
      {},
    ],
    [
      'leave it to those that serve it already when its holder goes',
      [shop, servedBy('gone', api), cart],
      ['api', 'shop', 'cart'],
      {},
    ],
    [
      'have a path of one refused to another, and serve the rest',
      [shop, cart, appNetwork('a/api', at('/api', '/cart/'))],
      ['shop', 'cart'],
      {
        api: /is shared with AppNetwork cart in namespace a, which was there first and serves PathPrefix \/cart there/,
      },
    ],
    [
      'share one path by its methods',
      [
        shop,
        appNetwork('a/write', {
          hostnames,
          rules: [{ matches: [{ method: 'POST' }] }],
        }),
      ],
      ['shop', 'write'],
      {},
    ],
    [
      'do not count what is refused against those that come later',
      [
        shop,
        appNetwork('a/cart', at('/cart', '/'), FEBRUARY),
        appNetwork('a/late', at('/cart')),
      ],
      ['shop', 'late'],
      { cart: /belongs to AppNetwork shop .* serves PathPrefix \/ there/ },
    ],
    [
      'have it decrypted by the gateway',
      [
        shop,
        appNetwork('a/raw', { hostnames, tls: { mode: 'Passthrough' } }),
        cart,
      ],
      ['shop', 'cart'],
      { raw: /^spec\.tls\.mode: .* mode Passthrough \(here\)/ },
    ],
    [
      'name one certificate',
      [
        appNetwork(
          'a/shop',
          { ...at('/'), tls: { certificateRef: { name: 'x' } } },
          JANUARY,
        ),
        appNetwork('a/same', {
          ...at('/a'),
          tls: { certificateRef: { name: 'x' } },
        }),
        appNetwork('a/other', {
          ...at('/b'),
          tls: { certificateRef: { name: 'y' } },
        }),
        appNetwork('a/silent', at('/c')),
      ],
      ['shop', 'same'],
      {
        other:
          /^spec\.tls\.certificateRef: here it is y, .* shop\.example\.com, x;/,
        silent: /^spec\.tls\.certificateRef: here it is nothing/,
      },
    ],
    [
      'name one issuer, however it is written',
      [
        appNetwork(
          'a/shop',
          { ...at('/'), tls: { issuerRef: { name: 'x' } } },
          JANUARY,
        ),
        appNetwork('a/same', {
          ...at('/a'),
          tls: { issuerRef: { name: 'x', kind: 'ClusterIssuer' } },
        }),
        appNetwork('a/other', {
          ...at('/b'),
          tls: { issuerRef: { name: 'x', kind: 'Issuer' } },
        }),
      ],
      ['shop', 'same'],
      {
        other: /^spec\.tls\.issuerRef: here it is Issuer\.cert-manager\.io x/,
      },
    ],
    [
      'have one kind of record',
      [
        shop,
        appNetwork('a/off', { ...at('/a'), dns: { enabled: false } }),
        appNetwork('a/same', { ...at('/b'), dns: { enabled: true } }),
      ],
      ['shop', 'same'],
      { off: /^spec\.dns\.enabled: here it is false, .* true;/ },
    ],
    [
      'do not wait for one that is being deleted',
      [
        {
          ...serving(shop, hostnames),
          metadata: { ...shop.metadata, deletionTimestamp: FEBRUARY },
        },
        servedBy('shop', cart),
        api,
      ],
      ['cart', 'api'],
      {},
    ],
  ])('%s', (_title, all, members, refused) => {
    const asking = all.filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    const decided = asking.map(given => ({
      name: given.metadata.name,
      ...hostnameClaims(given, all, FACTS),
    }));
    const served = decided.filter(({ taken }) => taken.length === 0);
    expect(served.map(({ name }) => name).sort()).toEqual([...members].sort());
    for (const { shared } of served) {
      expect(
        shared.map(entry => entry.members.map(({ metadata }) => metadata.name)),
      ).toEqual([members]);
    }
    const problems = decided.flatMap(({ name, taken }) =>
      taken.map(({ problem }) => [name, problem]),
    );
    expect(Object.fromEntries(problems)).toEqual(
      Object.fromEntries(
        Object.entries(refused).map(([name, message]) => [
          name,
          expect.objectContaining({
            certain: true,
            message: expect.stringMatching(message),
          }),
        ]),
      ),
    );
  });

  it('share a hostname each by itself', () => {
    const both = appNetwork(
      'a/both',
      { ...at('/'), hostnames: ['www.example.com', ...hostnames] },
      JANUARY,
    );
    expect(
      hostnameClaims(both, [both, cart], FACTS).shared.map(
        ({ hostname }) => hostname,
      ),
    ).toEqual(hostnames);
  });

  it('have it pass to the next while the one that held it still serves it', () => {
    const going = {
      ...serving(shop, hostnames),
      metadata: { ...shop.metadata, deletionTimestamp: FEBRUARY },
    };
    const changed = serving(
      appNetwork('a/shop', { hostnames: ['other.example.com'] }, JANUARY),
      hostnames,
    );
    for (const before of [going, changed]) {
      expect(hostnameClaims(cart, [before, cart], FACTS).takenOver).toEqual(
        hostnames,
      );
    }
    expect(hostnameClaims(cart, [shop, cart], FACTS).takenOver).toEqual([]);
  });
});

describe("A hostname of a Gateway that is no AppNetwork's", () => {
  const rivals = (creationTimestamp: string) => (hostname: string) =>
    hostname === hostnames[0]
      ? [
          {
            apiVersion: 'networking.istio.io/v1',
            kind: 'Gateway',
            metadata: { namespace: 'legacy', name: 'web', creationTimestamp },
          },
        ]
      : [];
  const both = { hostnames: [...hostnames, 'www.example.com'] };
  const taken = [
    {
      hostname: 'shop.example.com',
      problem: {
        condition: 'GatewayReady',
        reason: 'HostnameTaken',
        message: expect.stringMatching(
          /shop\.example\.com belongs to Istio Gateway web in namespace legacy/,
        ),
      },
    },
  ];

  it.each<[string, AppNetwork, string]>([
    ['is not for a new one', appNetwork('a/shop', both), JANUARY],
    [
      'is not for an earlier one that comes to ask for it',
      serving(appNetwork('a/shop', both, JANUARY), ['www.example.com']),
      FEBRUARY,
    ],
    [
      'is not for a later one, though it has served it',
      serving(appNetwork('a/shop', both, FEBRUARY), both.hostnames),
      JANUARY,
    ],
  ])('%s', (_title, checked, since) => {
    expect(
      hostnameClaims(checked, [checked], FACTS, rivals(since)),
    ).toMatchObject({ taken, contested: [] });
  });

  it('stays with an earlier one that serves it, which is told, and with those that share it', () => {
    const holder = serving(appNetwork('a/shop', both, JANUARY), both.hostnames);
    const next = appNetwork('a/next', {
      hostnames,
      rules: [{ matches: [{ path: { value: '/next' } }] }],
    });
    const all = [holder, next];
    expect(hostnameClaims(holder, all, FACTS, rivals(FEBRUARY))).toMatchObject({
      taken: [],
      contested: [
        {
          hostname: 'shop.example.com',
          problem: {
            reason: 'HostnameContested',
            message: expect.stringMatching(/Gateway web in namespace legacy/),
          },
        },
      ],
    });
    expect(hostnameClaims(next, all, FACTS, rivals(FEBRUARY))).toMatchObject({
      taken: [],
      contested: [],
    });
  });
});
