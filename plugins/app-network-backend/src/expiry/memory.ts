import {
  NOTICE_DAYS,
  type NoticeDays,
} from '@app-network/backstage-plugin-app-network-common';
import { objectRef } from '../engine/objects';
import type { KubernetesClient } from '../engine/types';
import type { WatchedCertificate } from './certificates';
import type { Told } from './dueNotice';

/**
 * Annotation of an AppNetwork or NetworkPlatform: what was told of its certificates, so that another backend does not tell it again. A JSON
 * object, by name of the certificate.
 */
const ANNOTATION = 'app-network.io/expiry-notified';

/** What was told last of a certificate. */
export function lastTold({
  owner,
  name,
}: WatchedCertificate): Told | undefined {
  return read(owner.metadata.annotations?.[ANNOTATION])[name];
}

/** Keeps what has been told. What was kept of certificates that are not watched any more goes. */
export async function remember(
  client: KubernetesClient,
  { owner, name, notAfter }: WatchedCertificate,
  days: NoticeDays,
  watched: readonly WatchedCertificate[],
): Promise<void> {
  const ref = objectRef(owner);
  // The cache may be behind what was written for another certificate a moment ago.
  const live = await client.get(ref);
  const names = watched
    .filter(other => other.owner === owner)
    .map(other => other.name);
  const kept = Object.fromEntries(
    Object.entries(read(live?.metadata.annotations?.[ANNOTATION])).filter(
      ([other]) => names.includes(other),
    ),
  );
  const told: Told = { notAfter: notAfter.toISOString(), days };
  await client.mergePatch(ref, {
    metadata: {
      annotations: { [ANNOTATION]: JSON.stringify({ ...kept, [name]: told }) },
    },
  });
}

/** Anybody may have written it, so what makes no sense is as if it were not there. */
function read(text: string | undefined): Record<string, Told> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    return Object.fromEntries(
      Object.entries(parsed ?? {}).filter(([, told]) =>
        NOTICE_DAYS.includes(told?.days),
      ),
    );
  } catch {
    return {};
  }
}
