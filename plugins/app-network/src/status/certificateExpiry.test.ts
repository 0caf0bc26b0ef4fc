import { certificateExpiry } from './certificateExpiry';

const now = new Date('2026-11-24T12:00:00Z');

const expiry = (notBefore: string, notAfter: string, renewalTime?: string) =>
  certificateExpiry(
    { secretName: 'shop-tls', notBefore, notAfter, renewalTime },
    now,
  );

describe('certificateExpiry', () => {
  it.each([
    ['2027-02-21T13:00:00Z', 'ready', 'Valid', 'in 89 days'],
    ['2026-12-24T13:00:00Z', 'ready', 'Valid', 'in 30 days'],
    ['2026-12-24T11:00:00Z', 'warning', 'Renewal due', 'in 29 days'],
    ['2026-12-01T11:00:00Z', 'problem', 'Expires within a week', 'in 6 days'],
    ['2026-11-24T17:00:00Z', 'problem', 'Expires within a day', 'in 5 hours'],
    ['2026-11-22T11:00:00Z', 'problem', 'Expired', '2 days ago'],
  ])(
    'reads, of a certificate of a year, %s as %s: %s, %s',
    (notAfter, level, label, relative) => {
      expect(expiry('2026-01-01T00:00:00Z', notAfter)).toMatchObject({
        health: { level, label },
        relative,
      });
    },
  );

  it.each([
    ['in its first days', '2026-11-23T12:00:00Z', undefined, 'Valid'],
    [
      'before it is renewed',
      '2026-11-19T12:00:00Z',
      '2026-11-24T13:00:00Z',
      'Valid',
    ],
    [
      'that was not renewed in time',
      '2026-11-19T12:00:00Z',
      '2026-11-24T10:00:00Z',
      'Expires within a week',
    ],
    [
      'that nobody renews, at its end',
      '2026-11-19T12:00:00Z',
      undefined,
      'Expires within a week',
    ],
  ])('reads one of a week %s', (_, notBefore, renewalTime, label) => {
    const end = new Date(Date.parse(notBefore) + 7 * 86_400_000).toISOString();
    expect(expiry(notBefore, end, renewalTime)?.health.label).toBe(label);
  });

  it('gives the day', () => {
    expect(expiry('2026-01-01T00:00:00Z', '2027-02-21T13:00:00Z')?.date).toBe(
      '21 February 2027',
    );
  });

  it('gives nothing for what is not a date', () => {
    expect(expiry('2026-01-01T00:00:00Z', 'soon')).toBeUndefined();
  });
});
