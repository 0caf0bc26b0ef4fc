import type { AppNetworkRouteMatch } from '@app-network/backstage-plugin-app-network-common';
import { matchProblems } from './matchProblems';

describe('matchProblems', () => {
  it.each<[title: string, match: AppNetworkRouteMatch, messages: RegExp[]]>([
    ['takes a match without anything', {}, []],
    [
      'takes regular expressions that RE2 reads',
      { path: { type: 'RegularExpression', value: '/v[0-9]+/.*' } },
      [],
    ],
    [
      'does not read a prefix as a regular expression',
      { path: { value: '/(' } },
      [],
    ],
    [
      'takes paths as the gateway gets them',
      { path: { type: 'Exact', value: '/k%C3%A4se/...;a=b' } },
      [],
    ],
    [
      'takes a regular expression for what no path may have',
      { path: { type: 'RegularExpression', value: '//.*' } },
      [],
    ],
    ...['Exact', 'PathPrefix', undefined].flatMap(type =>
      ['//', '/a/../b', '/a%2Fb', '/a?b', '/a\nb', 'a'].map(
        (value): [string, AppNetworkRouteMatch, RegExp[]] => [
          `refuses the path ${JSON.stringify(value)} of type ${type}`,
          {
            path: { type: type as 'Exact' | 'PathPrefix' | undefined, value },
          },
          [
            new RegExp(
              `^spec\\.rules\\[1\\]\\.matches\\[0\\]\\.path\\.value: ${JSON.stringify(
                value,
              ).replace(/\W/g, '\\$&')} must `,
            ),
          ],
        ],
      ),
    ),
    [
      'refuses a lookahead, which RE2 does not have, with field and value',
      { path: { type: 'RegularExpression', value: '/(?!admin)' } },
      [/^spec\.rules\[1\]\.matches\[0\]\.path\.value: \/\(\?!admin\) is not/],
    ],
    [
      'refuses a backreference in a header',
      {
        headers: [
          { name: 'x-a', value: 'a' },
          { type: 'RegularExpression', name: 'x-b', value: '(b)\\1' },
        ],
      },
      [/^spec\.rules\[1\]\.matches\[0\]\.headers\[1\]\.value: \(b\)\\1 is not/],
    ],
    [
      'refuses a header that is asked for twice, whatever its case',
      {
        headers: [
          { name: 'X-A', value: 'a' },
          { name: 'x-a', value: 'b' },
        ],
      },
      [/^spec\.rules\[1\]\.matches\[0\]\.headers\[1\]\.name: header x-a/],
    ],
    [
      'refuses a regular expression that Envoy would not compile, with its size and what to do',
      {
        path: {
          type: 'RegularExpression',
          value: '/.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}',
        },
      },
      [
        /path\.value: \S+ is too large .* about 12\d\d\d, and at most 10000 .*\* or \+/,
      ],
    ],
    [
      'refuses a regular expression in a header that is longer than Istio takes',
      {
        headers: [
          { type: 'RegularExpression', name: 'x-a', value: 'a'.repeat(1025) },
        ],
      },
      [/headers\[0\]\.value: .* 1025 characters, and Istio takes at most 1024/],
    ],
  ])('%s', (_title, match, messages) => {
    const problems = matchProblems(match, 'spec.rules[1].matches[0]');
    expect(problems.map(({ message }) => message)).toEqual(
      messages.map(message => expect.stringMatching(message)),
    );
    expect(problems.every(({ certain }) => certain)).toBe(true);
  });
});
