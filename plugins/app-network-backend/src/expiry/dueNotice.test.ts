import { dueNotice, type Told } from './dueNotice';

const NOW = new Date('2026-06-01T12:00:00Z');
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

/** A certificate that ends in some days; its life is a year, unless it says otherwise. */
const due = (
  daysLeft: number,
  options: { lifetime?: number; renewal?: number; told?: Told } = {},
) =>
  dueNotice(
    {
      notAfter: inDays(daysLeft),
      notBefore: inDays(daysLeft - (options.lifetime ?? 365)),
      renewalTime:
        options.renewal === undefined ? undefined : inDays(options.renewal),
    },
    options.told,
    NOW,
  );
const told = (daysLeft: number, days: Told['days']): Told => ({
  notAfter: inDays(daysLeft).toISOString(),
  days,
});

describe('dueNotice', () => {
  it.each<[string, number | undefined, number | undefined]>([
    ['nothing 31 days before', due(31), undefined],
    ['30 days before', due(30), 30],
    ['the same 8 days before, where nothing was told', due(8), 30],
    ['7 days before', due(7), 7],
    ['1 day before', due(1), 1],
    ['the last where it has ended already', due(-3), 1],
    ['nothing twice', due(20, { told: told(20, 30) }), undefined],
    ['the next threshold', due(6, { told: told(6, 30) }), 7],
    [
      'nothing of an earlier threshold after a later one',
      due(20, { told: told(20, 1) }),
      undefined,
    ],
    ['it again of another certificate', due(20, { told: told(-5, 1) }), 30],
    ['nothing while its renewal is ahead', due(20, { renewal: 2 }), undefined],
    [
      'nothing while its renewal has just become due',
      due(20, { renewal: -0.02 }),
      undefined,
    ],
    ['it when its renewal is overdue', due(20, { renewal: -0.1 }), 30],
    [
      'nothing in the first days of a short life',
      due(6, { lifetime: 7 }),
      undefined,
    ],
    ['7 in the last third of a short life', due(2, { lifetime: 7 }), 7],
    ['1 in the last third of an hour', due(0.01, { lifetime: 1 / 24 }), 1],
    [
      'nothing before the last third of an hour',
      due(0.03, { lifetime: 1 / 24 }),
      undefined,
    ],
  ])('tells %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});
