import {
  daysToExpiry,
  type NoticeDays,
  type Validity,
} from '@app-network/backstage-plugin-app-network-common';

/** What was told last of a certificate. */
export interface Told {
  /** ISO 8601, of the certificate that it was told of. */
  notAfter: string;
  days: NoticeDays;
}

/**
 * Which notice is due now, if one is: 30, 7 or 1 days before the end, each once for a certificate; those that were missed are not made up for.
 */
export function dueNotice(
  validity: Validity,
  told: Told | undefined,
  now: Date,
): NoticeDays | undefined {
  const days = daysToExpiry(validity, now);
  const isTold =
    days !== undefined &&
    told !== undefined &&
    Date.parse(told.notAfter) === validity.notAfter.getTime() &&
    told.days <= days;
  return isTold ? undefined : days;
}
