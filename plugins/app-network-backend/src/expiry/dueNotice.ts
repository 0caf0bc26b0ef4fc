/** Days before the end at which somebody is told. */
export const NOTICE_DAYS = [1, 7, 30] as const;

export type NoticeDays = (typeof NOTICE_DAYS)[number];

/** When a certificate begins and ends, and when its issuer means to renew it. */
export interface Validity {
  notBefore: Date;
  notAfter: Date;
  /** When it is renewed by itself; undefined where nobody does. */
  renewalTime: Date | undefined;
}

/** What was told last of a certificate. */
export interface Told {
  /** ISO 8601, of the certificate that it was told of. */
  notAfter: string;
  days: NoticeDays;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Which notice is due now, if one is: 30, 7 or 1 days before the end, each once for a certificate; those that were missed are not made up for.
 * No notice comes before the last third of a certificate's life, so that a short-lived one is not told of from its first day (cert-manager
 * renews when a third is left, too).
 *
 * One that renews itself is told of only when that is overdue: an hour after the time, or a tenth of what was left then, if that is less.
 */
export function dueNotice(
  { notBefore, notAfter, renewalTime }: Validity,
  told: Told | undefined,
  now: Date,
): NoticeDays | undefined {
  const left = notAfter.getTime() - now.getTime();
  const lastThird = (notAfter.getTime() - notBefore.getTime()) / 3;
  const days = NOTICE_DAYS.find(
    threshold => left <= Math.min(threshold * DAY_MS, lastThird),
  );
  if (days === undefined || !isOverdue(notAfter, renewalTime, now)) {
    return undefined;
  }
  const isTold =
    told !== undefined &&
    Date.parse(told.notAfter) === notAfter.getTime() &&
    told.days <= days;
  return isTold ? undefined : days;
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
