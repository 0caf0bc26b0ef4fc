import {
  daysToExpiry,
  type AppNetworkStatus,
  type NoticeDays,
} from '@app-network/backstage-plugin-app-network-common';
import { DateTime } from 'luxon';
import type { Health } from './health';

/** When a certificate expires, and whether somebody should act. */
export interface CertificateExpiry {
  health: Health;
  /** The day, such as 20 February 2027. */
  date: string;
  /** From now, such as "in 89 days". */
  relative: string;
}

/**
 * Reads when a certificate ends. Undefined where that is not known, or its dates are none.
 */
export function certificateExpiry(
  {
    notBefore = '',
    notAfter = '',
    renewalTime,
  }: NonNullable<AppNetworkStatus['certificate']>,
  now: Date,
): CertificateExpiry | undefined {
  const begin = DateTime.fromISO(notBefore);
  const end = DateTime.fromISO(notAfter);
  if (!begin.isValid || !end.isValid) {
    return undefined;
  }
  const base = DateTime.fromJSDate(now);
  const days = end.diff(base, 'days').days;
  const due = daysToExpiry(
    {
      notBefore: begin.toJSDate(),
      notAfter: end.toJSDate(),
      renewalTime: renewalTime ? new Date(renewalTime) : undefined,
    },
    now,
  );
  return {
    health: days <= 0 ? EXPIRED : healthOf(due),
    date: end.setLocale('en-GB').toLocaleString(DateTime.DATE_FULL),
    relative:
      end.setLocale('en').toRelative({
        base,
        unit: Math.abs(days) >= 1 ? 'days' : ['hours', 'minutes'],
      }) ?? '',
  };
}

function healthOf(due: NoticeDays | undefined): Health {
  return due ? DUE[due] : VALID;
}

const VALID: Health = { level: 'ready', label: 'Valid' };

const EXPIRED: Health = {
  level: 'problem',
  label: 'Expired',
  message:
    'Clients refuse it. See the condition CertificateReady for why it was not renewed.',
};

const OVERDUE =
  'It should have been renewed by now. See the condition CertificateReady and the issuer.';

const DUE: Record<NoticeDays, Health> = {
  1: { level: 'problem', label: 'Expires within a day', message: OVERDUE },
  7: { level: 'problem', label: 'Expires within a week', message: OVERDUE },
  30: {
    level: 'warning',
    label: 'Renewal due',
    message:
      'Fewer than 30 days are left. If it is not renewed by its issuer, renew it yourself.',
  },
};
