import type {
  AppNetwork,
  AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { validate } from './validate';

const FACTS = { environmentName: 'default', dnsSuffix: 'example.org' };

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

const JANUARY = '2026-01-01T00:00:00Z';
const FEBRUARY = '2026-02-01T00:00:00Z';
const hostnames = ['shop.example.com'];

describe('validate', () => {
  it.each<[title: string, spec: AppNetworkSpec, messages: RegExp[]]>([
    ['takes a spec without anything', {}, []],
    [
      'takes regular expressions that RE2 reads',
      {
        rules: [
          {
            matches: [
              { path: { type: 'RegularExpression', value: '/v[0-9]+/.*' } },
            ],
          },
        ],
      },
      [],
    ],
    [
      'does not read a prefix as a regular expression',
      { rules: [{ matches: [{ path: { value: '/(' } }] }] },
      [],
    ],
    [
      'refuses a lookahead, which RE2 does not have, with field and value',
      {
        rules: [
          {},
          {
            matches: [
              { path: { type: 'RegularExpression', value: '/(?!admin)' } },
            ],
          },
        ],
      },
      [/^spec\.rules\[1\]\.matches\[0\]\.path\.value: \/\(\?!admin\) is not/],
    ],
    [
      'refuses a backreference in a header',
      {
        rules: [
          {
            matches: [
              {
                headers: [
                  { name: 'x-a', value: 'a' },
                  { type: 'RegularExpression', name: 'x-b', value: '(b)\\1' },
                ],
              },
            ],
          },
        ],
      },
      [/^spec\.rules\[0\]\.matches\[0\]\.headers\[1\]\.value: \(b\)\\1 is not/],
    ],
    [
      'refuses a header that is asked for twice, whatever its case',
      {
        rules: [
          {
            matches: [
              {
                headers: [
                  { name: 'X-A', value: 'a' },
                  { name: 'x-a', value: 'b' },
                ],
              },
            ],
          },
        ],
      },
      [/^spec\.rules\[0\]\.matches\[0\]\.headers\[1\]\.name: header x-a/],
    ],
  ])('%s', (_title, spec, messages) => {
    const problems = validate(appNetwork('shop/shop', spec), [], FACTS);
    expect(problems.map(({ message }) => message)).toEqual(
      messages.map(message => expect.stringMatching(message)),
    );
  });

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
      'counts the generated hostname of an earlier one',
      appNetwork(
        'a/thief',
        { hostnames: ['shop.b.default.example.org'] },
        FEBRUARY,
      ),
      [appNetwork('b/shop', {}, JANUARY)],
      [['HostnameTaken', /shop\.b\.default\.example\.org belongs to/]],
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
  ])('%s', (_title, checked, others, problems) => {
    expect(
      validate(checked, others, FACTS).map(({ reason, message }) => [
        reason,
        message,
      ]),
    ).toEqual(
      problems.map(([reason, message]) => [
        reason,
        expect.stringMatching(message),
      ]),
    );
  });
});
