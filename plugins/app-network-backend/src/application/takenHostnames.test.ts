import type {
  AppNetwork,
  AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { takenHostnames } from './takenHostnames';

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

describe('takenHostnames', () => {
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
      'says that a hostname cannot be shared yet, where the paths are others',
      appNetwork(
        'a/cart',
        {
          hostnames,
          rules: [{ matches: [{ path: { value: '/cart' } }] }],
        },
        FEBRUARY,
      ),
      [
        appNetwork(
          'a/shop',
          {
            hostnames,
            rules: [{ matches: [{ path: { value: '/shop' } }] }],
          },
          JANUARY,
        ),
      ],
      [['NotSupportedYet', /several AppNetworks on one hostname/]],
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
      takenHostnames(checked, others, FACTS).map(
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
