import { nextLookMs, stateOf, type Expected, type SeenName } from './names';

const v4: Expected = { addresses: ['203.0.113.7'], aliases: [] };
const both: Expected = {
  addresses: ['203.0.113.7', '2001:db8::7'],
  aliases: [],
};
const alias: Expected = {
  addresses: ['198.51.100.1', '198.51.100.2'],
  aliases: ['lb.example.net'],
};

describe('stateOf', () => {
  it.each<[string, string[], Expected, SeenName['state']]>([
    ['nothing at all', [], v4, 'Missing'],
    ['the address', ['203.0.113.7'], v4, 'Resolves'],
    ['another address', ['192.0.2.1'], v4, 'Elsewhere'],
    [
      'the address and another, so that some never arrive',
      ['192.0.2.1', '203.0.113.7'],
      v4,
      'Elsewhere',
    ],
    [
      'an address of IPv6 besides, which the gateway does not have',
      ['203.0.113.7', '2001:db8::7'],
      v4,
      'Elsewhere',
    ],
    ['one address of two', ['203.0.113.7'], both, 'Resolves'],
    ["the load balancer's name", ['lb.example.net'], alias, 'Resolves'],
    [
      "some of the load balancer's addresses, as an ALIAS record gives them",
      ['198.51.100.2'],
      alias,
      'Resolves',
    ],
    ['another name', ['lb.example.org'], alias, 'Elsewhere'],
  ])('of %s', (_, leadsTo, expected, state) => {
    expect(stateOf(leadsTo, expected)).toBe(state);
  });
});

describe('nextLookMs', () => {
  const seen = (state: SeenName['state']): SeenName[] => [
    { hostname: 'a.example.com', state, leadsTo: [], asked: '192.0.2.53' },
  ];

  it('is soon for what somebody waits for, and later each time', () => {
    expect(
      [1, 2, 3, 10, 90].map(times => nextLookMs(seen('Missing'), times)),
    ).toEqual([1_000, 2_000, 4_000, 10_000, 10_000]);
  });

  it('is a minute for what is as it should be, and for what nobody waits for any longer', () => {
    expect(nextLookMs(seen('Resolves'), 1)).toBe(60_000);
    expect(nextLookMs(seen('Missing'), 91)).toBe(60_000);
  });
});
