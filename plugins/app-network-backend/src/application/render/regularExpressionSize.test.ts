import { regularExpressionSize } from './regularExpressionSize';

describe('regularExpressionSize', () => {
  it.each([
    '/users/[0-9]{1,10}',
    '/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}',
    '/(?i)(en|de|fr)(?:/[^/]+)*/(?P<name>.*)',
    '/files/[\\pL\\pN_.-]{1,64}',
    String.raw`/\Qa{1000}{1000}{1000}{1000}{1000}\E`,
    '/[{1000}{1000}{1000}{1000}]+',
    String.raw`/a\{1000}`,
  ])('is small for %s', expression => {
    expect(regularExpressionSize(expression)).toBeLessThan(10_000);
  });

  it.each([
    `/${'a{1000}'.repeat(33)}`,
    `/${'.{1000}'.repeat(17)}`,
    String.raw`/\pL{1000}`,
    String.raw`/(?:[\pL\pN_.-]{10}){100}`,
    '/((((abcdefghij){10}){10}){10})',
    '/(?i)(?:[a-z]{10}/){100}(?:[a-z]{10}/){100}(?:[a-z]{10}/){100}',
    `/(?i:(${'a|b|'.repeat(20)}c){1000})`,
    `/${'(a{1,1000}|'.repeat(33)}`,
  ])('is large for %s', expression => {
    expect(regularExpressionSize(expression)).toBeGreaterThan(10_000);
  });
});
