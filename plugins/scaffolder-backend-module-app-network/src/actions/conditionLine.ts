import type { Condition } from '@app-network/backstage-plugin-app-network-common';

/** A condition as a line of the log: `CertificateReady: True — issued by app-network-ca`. */
export function conditionLine(condition: Condition): string {
  const { type, status, reason, message } = condition;
  return `${type}: ${status} — ${message || reason}`;
}
