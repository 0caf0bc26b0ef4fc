import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { KUBERNETES_ID } from '@app-network/backstage-plugin-app-network-common';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import { createSleeper } from '../engine/backoff';
import type { Cluster } from '../engine/types';
import { entityQuery, selectAppNetworks } from '../observe/entity';
import { watchedCertificates, type WatchedCertificate } from './certificates';
import { dueNotice } from './dueNotice';
import { lastTold, remember } from './memory';
import { expiryNotice } from './notice';

export interface ExpiryWatchOptions {
  cluster: Cluster;
  auth: AuthService;
  catalog: CatalogService;
  notifications: NotificationService;
  /** Entity references of those who look after platforms; `appNetwork.notifications.platformOwners` of app-config. */
  platformOwners: string[];
  logger: LoggerService;
  /** How often certificates are looked at, in milliseconds; default a quarter of an hour. */
  periodMs?: number;
  /** Ends the watch. */
  signal: AbortSignal;
}

/** While a cluster's objects are still being listed, this is how often it is asked whether they are, in milliseconds. */
const NOT_KNOWN_MS = 1_000;

/**
 * Tells the owners of a cluster's certificates when one is about to end: the owner of the entity whose AppNetwork it is for, and those who look
 * after platforms for the CA, for system components, and for what has no entity. Run it where the cluster's lease is held, so that one
 * backend tells.
 *
 * @returns when the last look has ended after the signal
 */
export async function watchExpiry(options: ExpiryWatchOptions): Promise<void> {
  const { cluster, logger, periodMs = 15 * 60_000, signal } = options;
  const certificates = watchedCertificates(cluster);
  const sleeper = createSleeper(signal);
  while (!signal.aborted) {
    try {
      const now = new Date();
      const watched = await certificates(now);
      if (!watched) {
        await sleeper.sleep(NOT_KNOWN_MS);
        continue;
      }
      for (const certificate of watched) {
        await look(options, certificate, watched, now);
      }
    } catch (error) {
      logger.warn(
        `cluster ${cluster.name}: certificates could not be looked at, or their owners not be told; it is tried again: ${error}`,
      );
    }
    await sleeper.sleep(periodMs);
  }
}

async function look(
  options: ExpiryWatchOptions,
  certificate: WatchedCertificate,
  watched: readonly WatchedCertificate[],
  now: Date,
): Promise<void> {
  const days = dueNotice(certificate, lastTold(certificate), now);
  if (days === undefined) {
    return;
  }
  const { cluster, notifications, logger, platformOwners } = options;
  const entity = await findEntity(options, certificate);
  const payload = expiryNotice(certificate, days, { cluster, entity, now });
  const recipients = entity ? [stringifyEntityRef(entity)] : platformOwners;
  if (recipients.length > 0) {
    await notifications.send({
      recipients: { type: 'entity', entityRef: recipients },
      payload,
    });
  }
  logger.warn(
    `${payload.title}. ${payload.description}${
      recipients.length > 0
        ? ''
        : ' Nobody was told: name those who look after platforms in appNetwork.notifications.platformOwners of app-config.'
    }`,
  );
  await remember(cluster.client, certificate, days, watched);
}

/** The entity that an AppNetwork belongs to: notifications to it reach its owner. */
async function findEntity(
  { auth, catalog, cluster }: ExpiryWatchOptions,
  { owner }: WatchedCertificate,
): Promise<Entity | undefined> {
  const id = owner.metadata.labels?.[KUBERNETES_ID];
  if (owner.kind !== 'AppNetwork' || !id) {
    return undefined;
  }
  const { items } = await catalog.getEntities(
    {
      filter: [
        { [`metadata.annotations.${KUBERNETES_ID}`]: id },
        { 'metadata.name': id, kind: ['Component', 'Resource', 'API'] },
      ],
    },
    { credentials: await auth.getOwnServiceCredentials() },
  );
  return items.find(entity => {
    const query = entityQuery(entity);
    return (
      (!query.cluster || query.cluster === cluster.name) &&
      selectAppNetworks(query, [owner]).length > 0
    );
  });
}
