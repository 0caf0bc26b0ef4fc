import {
  brokenRule,
  celOf,
  COOKIE_NAME_RULES,
  COOKIE_PATH_RULES,
  PATH_RULES,
} from './stringRules';

describe('brokenRule', () => {
  it.each<[string, typeof PATH_RULES, string[]]>([
    [
      'a path',
      PATH_RULES,
      [
        '/',
        '/a/',
        '/a/b.c/...',
        '/.well-known',
        '/k%C3%A4se',
        '/a%5E%7C',
        '/a[0];b=c',
      ],
    ],
    [
      'the name of a cookie',
      COOKIE_NAME_RULES,
      ['sid', '__Host-sid', "!#$%&'*+-.^_`|~", 'a'.repeat(128)],
    ],
    ['the path of a cookie', COOKIE_PATH_RULES, ['/', '/cart', '/a b=c,"d"']],
  ])('takes %s', (_, rules, texts) => {
    expect(texts.filter(text => brokenRule(rules, text))).toEqual([]);
  });

  it.each<[string, string, typeof PATH_RULES, string]>([
    ['a path', 'a', PATH_RULES, 'must start with /'],
    ['a path', '', PATH_RULES, 'must start with /'],
    ['a path', '/a b', PATH_RULES, '%20 for a space'],
    ['a path', '/a\tb', PATH_RULES, '%20 for a space'],
    ['a path', '/a\n', PATH_RULES, '%20 for a space'],
    ['a path', '/k\u00e4se', PATH_RULES, '%20 for a space'],
    ['a path', '/100%', PATH_RULES, '%20 for a space'],
    ['a path', '/a^b', PATH_RULES, '%20 for a space'],
    ['a path', '/a|b', PATH_RULES, '%20 for a space'],
    ['a path', '/a\\b', PATH_RULES, '%20 for a space'],
    ['a path', '/a?b', PATH_RULES, 'no part of a path'],
    ['a path', '/a#b', PATH_RULES, 'no part of a path'],
    ['a path', '//', PATH_RULES, 'neither //'],
    ['a path', '/a//', PATH_RULES, 'neither //'],
    ['a path', '/a/./b', PATH_RULES, 'nor . or ..'],
    ['a path', '/a/../b', PATH_RULES, 'nor . or ..'],
    ['a path', '/a/..', PATH_RULES, 'nor . or ..'],
    ['a path', '/.', PATH_RULES, 'nor . or ..'],
    ['a path', '/a%2fb', PATH_RULES, 'not have %2F'],
    ['a path', '/a%2Fb', PATH_RULES, 'not have %2F'],
    ['a path', '/%61', PATH_RULES, 'written with %'],
    ['a path', '/%7E', PATH_RULES, 'written with %'],
    ['a path', '/%2e%2e/a', PATH_RULES, 'written with %'],
    ['the name of a cookie', '', COOKIE_NAME_RULES, 'RFC 6265'],
    ['the name of a cookie', 'a b', COOKIE_NAME_RULES, 'RFC 6265'],
    ['the name of a cookie', 'a;b', COOKIE_NAME_RULES, 'RFC 6265'],
    ['the name of a cookie', 'a=b', COOKIE_NAME_RULES, 'RFC 6265'],
    ['the name of a cookie', 'a\r\n', COOKIE_NAME_RULES, 'RFC 6265'],
    ['the name of a cookie', 'a'.repeat(129), COOKIE_NAME_RULES, '128'],
    ['the path of a cookie', '', COOKIE_PATH_RULES, 'starts with /'],
    ['the path of a cookie', 'cart', COOKIE_PATH_RULES, 'starts with /'],
    ['the path of a cookie', '/; Domain=a.b', COOKIE_PATH_RULES, 'without ;'],
    ['the path of a cookie', '/\r\n', COOKIE_PATH_RULES, 'without ;'],
    ['the path of a cookie', '/\u007f', COOKIE_PATH_RULES, 'without ;'],
    ['the path of a cookie', '/k\u00e4se', COOKIE_PATH_RULES, 'of ASCII'],
  ])('says what %s must be, which is not %j', (_, text, rules, says) => {
    expect(brokenRule(rules, text)).toContain(says);
  });
});

it('takes a letter, a digit or a sign of a path in one way to write it', () => {
  const twice = Array.from({ length: 128 }, (_, code) => code)
    .map(code => [
      `/a${String.fromCharCode(code)}b`,
      `/a%${code.toString(16).padStart(2, '0')}b`,
    ])
    .filter(([plain = '']) => /[-\w.~]b/.test(plain))
    .filter(ways => ways.every(way => !brokenRule(PATH_RULES, way)));
  expect(twice).toEqual([]);
});

describe('celOf', () => {
  it('writes rules and messages for the API server, with the value that was found', () => {
    expect(
      celOf(
        [
          { pattern: '^"\\\\', must: 'must begin' },
          { pattern: ';', excluded: true, must: "mustn't end" },
        ],
        'name',
        'self.name',
      ),
    ).toEqual([
      {
        rule: 'self.name.matches("^\\"\\\\\\\\")',
        message: 'name must begin',
        messageExpression: '"name " + self.name + " must begin"',
      },
      {
        rule: '!self.name.matches(";")',
        message: "name mustn't end",
        messageExpression: '"name " + self.name + " mustn\'t end"',
      },
    ]);
  });
});
