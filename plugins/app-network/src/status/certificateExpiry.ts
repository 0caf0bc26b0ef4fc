import { DateTime } from 'luxon';
import type { Health } from './health';

/** From here on a certificate should have been renewed; cert-manager does so with a third of its life left. */
const WARNING_DAYS = 30;
const URGENT_DAYS = 7;

/** When a certificate expires, and whether somebody should act. */
export interface CertificateExpiry {
  health: Health;
  /** The day, such as 20 February 2027. */
  date: string;
  /** From now, such as "in 89 days". */
  relative: string;
}

/**
 * Reads an expiry as RFC 3339 writes it. A wall clock that is not a date gives undefined.
 */
export function certificateExpiry(
  notAfter: string,
  now: Date,
): CertificateExpiry | undefined {
  const end = DateTime.fromISO(notAfter);
  if (!end.isValid) {
    return undefined;
  }
  const base = DateTime.fromJSDate(now);
  const days = end.diff(base, 'days').days;
  return {
    health: expiryHealth(days),
    date: end.setLocale('en-GB').toLocaleString(DateTime.DATE_FULL),
    relative:
      end.setLocale('en').toRelative({
        base,
        unit: Math.abs(days) >= 1 ? 'days' : ['hours', 'minutes'],
      }) ?? '',
  };
}

function expiryHealth(days: number): Health {
  if (days <= 0) {
    return {
      level: 'problem',
      label: 'Expired',
      message:
        'Clients refuse it. See the condition CertificateReady for why it was not renewed.',
    };
  }
  if (days < URGENT_DAYS) {
    return {
      level: 'problem',
      label: 'Expires within a week',
      message:
        'It should have been renewed by now. See the condition CertificateReady and the issuer.',
    };
  }
  if (days < WARNING_DAYS) {
    return {
      level: 'warning',
      label: 'Renewal due',
      message:
        'Fewer than 30 days are left. If it is not renewed by its issuer, renew it yourself.',
    };
  }
  return { level: 'ready', label: 'Valid' };
}
