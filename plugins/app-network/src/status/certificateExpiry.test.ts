import { certificateExpiry } from './certificateExpiry';

const now = new Date('2026-11-24T12:00:00Z');

describe('certificateExpiry', () => {
  it.each([
    ['2027-02-21T13:00:00Z', 'ready', 'Valid', 'in 89 days'],
    ['2026-12-24T13:00:00Z', 'ready', 'Valid', 'in 30 days'],
    ['2026-12-24T11:00:00Z', 'warning', 'Renewal due', 'in 29 days'],
    ['2026-12-01T11:00:00Z', 'problem', 'Expires within a week', 'in 6 days'],
    ['2026-11-24T17:00:00Z', 'problem', 'Expires within a week', 'in 5 hours'],
    ['2026-11-22T11:00:00Z', 'problem', 'Expired', '2 days ago'],
  ])('reads %s as %s: %s, %s', (notAfter, level, label, relative) => {
    expect(certificateExpiry(notAfter, now)).toMatchObject({
      health: { level, label },
      relative,
    });
  });

  it('gives the day', () => {
    expect(certificateExpiry('2027-02-21T13:00:00Z', now)?.date).toBe(
      '21 February 2027',
    );
  });

  it('gives nothing for what is not a date', () => {
    expect(certificateExpiry('soon', now)).toBeUndefined();
  });
});
