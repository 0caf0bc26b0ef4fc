import { ownerLabelValue, shortenName } from './labels';

describe('ownerLabelValue', () => {
  it('is namespace and name, joined by a dot', () => {
    expect(ownerLabelValue({ namespace: 'shop', name: 'cart' })).toBe(
      'shop.cart',
    );
  });

  it('is the name alone for an object without namespace', () => {
    expect(ownerLabelValue({ name: 'default' })).toBe('default');
  });

  it('keeps two owners apart that differ past the limit of a label value', () => {
    const name = 'a'.repeat(80);
    const one = ownerLabelValue({ namespace: 'shop', name: `${name}1` });
    const other = ownerLabelValue({ namespace: 'shop', name: `${name}2` });
    expect(one).toHaveLength(63);
    expect(other).toHaveLength(63);
    expect(one).not.toBe(other);
  });
});

describe('shortenName', () => {
  it('leaves a name of exactly the limit as it is', () => {
    expect(shortenName('abcde', 5)).toBe('abcde');
  });

  it('never ends the kept part in a dot or a dash, which Kubernetes refuses before a hash', () => {
    expect(shortenName(`${'a'.repeat(9)}-.-${'b'.repeat(40)}`, 28)).toMatch(
      /^a{9}-[0-9a-f]{16}$/,
    );
  });
});
