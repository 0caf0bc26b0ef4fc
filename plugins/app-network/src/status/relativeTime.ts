import { DateTime } from 'luxon';

/** How long ago, such as "5 minutes ago"; an empty text where the time is not a date. */
export function relativeTime(time: string, now: Date): string {
  const date = DateTime.fromISO(time);
  if (!date.isValid) {
    return '';
  }
  const base = DateTime.fromJSDate(now);
  // The cluster's clock may be ahead of this one's.
  if (base.diff(date, 'seconds').seconds < 5) {
    return 'just now';
  }
  return date.setLocale('en').toRelative({ base }) ?? '';
}

/** A moment in full, for a tooltip; the text itself where it is not a date. */
export function fullTime(time: string): string {
  const date = DateTime.fromISO(time);
  return date.isValid
    ? date
        .setLocale('en-GB')
        .toLocaleString(DateTime.DATETIME_FULL_WITH_SECONDS)
    : time;
}
