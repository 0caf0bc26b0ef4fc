import { relativeTime } from './relativeTime';

const now = new Date('2026-11-24T12:00:00Z');

describe('relativeTime', () => {
  it.each([
    ['2026-11-24T11:55:00Z', '5 minutes ago'],
    ['2026-11-21T11:00:00Z', '3 days ago'],
    ['2026-11-24T11:59:58Z', 'just now'],
    ['2026-11-24T12:00:20Z', 'just now'],
    ['yesterday', ''],
  ])('reads %s as %s', (time, text) => {
    expect(relativeTime(time, now)).toBe(text);
  });
});
