/** Days before the end of a certificate at which somebody should know. @public */
export const NOTICE_DAYS = [1, 7, 30] as const;

/** One of {@link NOTICE_DAYS}. @public */
export type NoticeDays = (typeof NOTICE_DAYS)[number];

/**
 * When a certificate begins and ends, and when its issuer means to renew it.
 * @public
 */
export interface Validity {
  notBefore: Date;
  notAfter: Date;
  /** When it is renewed by itself; undefined where nobody does. */
  renewalTime: Date | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How near the end of a certificate is: within 30, 7 or 1 days; undefined where nobody need know. Not before the last third of its life, so
 * that a short-lived one is not told of from its first day (cert-manager renews when a third is left, too).
 *
 * One that renews itself is told of only when that is overdue: an hour after the time, or a tenth of what was left then, if that is less.
 *
 * @public
 */
export function daysToExpiry(
  { notBefore, notAfter, renewalTime }: Validity,
  now: Date,
): NoticeDays | undefined {
  const left = notAfter.getTime() - now.getTime();
  const lastThird = (notAfter.getTime() - notBefore.getTime()) / 3;
  return isOverdue(notAfter, renewalTime, now)
    ? NOTICE_DAYS.find(days => left <= Math.min(days * DAY_MS, lastThird))
    : undefined;
}

function isOverdue(
  notAfter: Date,
  renewalTime: Date | undefined,
  now: Date,
): boolean {
  if (!renewalTime) {
    return true;
  }
  const patience = Math.min(
    HOUR_MS,
    (notAfter.getTime() - renewalTime.getTime()) / 10,
  );
  return now.getTime() > renewalTime.getTime() + patience;
}
