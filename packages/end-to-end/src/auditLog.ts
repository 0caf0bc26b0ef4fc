import { readFile } from 'node:fs/promises';
import type { LocalCluster } from './cluster.ts';

/** A request to the API server, as its audit log tells (audit.k8s.io/v1, Event). */
export interface AuditEvent {
  verb: string;
  requestURI: string;
  userAgent?: string;
  user: { username: string };
  objectRef?: {
    resource?: string;
    namespace?: string;
    name?: string;
    subresource?: string;
  };
}

/** All requests to a cluster's API server so far, in the order in which they were answered. */
export async function auditEvents({
  auditLog,
}: LocalCluster): Promise<AuditEvent[]> {
  const lines = (await readFile(auditLog, 'utf8')).split('\n');
  // The last line may be half written.
  return lines.slice(0, -1).map(line => JSON.parse(line) as AuditEvent);
}
