import { readFile } from 'node:fs/promises';
import type { TestCluster } from './cluster';

/** A request to the API server, as its audit log tells (audit.k8s.io/v1, Event). */
export interface AuditEvent {
  verb: string;
  requestURI: string;
  userAgent?: string;
  user: { username: string };
  objectRef?: {
    apiGroup?: string;
    resource: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  responseStatus?: { code: number; message?: string };
  annotations?: Record<string, string>;
}

/**
 * The requests to a cluster's API server so far, in the order in which they were answered.
 *
 * @param text - that stands in the event; default: all of them
 */
export async function auditEvents(
  { auditLog }: TestCluster,
  text = '',
): Promise<AuditEvent[]> {
  if (!auditLog) {
    throw new Error(
      'This test reads the audit log of the API server; name its file in APP_NETWORK_TEST_AUDIT_LOG',
    );
  }
  const lines = (await readFile(auditLog, 'utf8')).split('\n');
  // The last line may be half written.
  return lines
    .slice(0, -1)
    .filter(line => line.includes(text))
    .map(line => JSON.parse(line) as AuditEvent);
}

/** Whether a request is the product's own. Those of its user may be of others that the cluster's administrator runs. */
export function isOwn({ userAgent }: AuditEvent): boolean {
  return userAgent === 'app-network';
}
