import type { NoticeDays } from '@app-network/backstage-plugin-app-network-common';
import type { Entity } from '@backstage/catalog-model';
import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import type { WatchedCertificate } from './certificates';

type Payload = NotificationSendOptions['payload'];

const SEVERITY = {
  30: 'normal',
  7: 'high',
  1: 'critical',
} as const satisfies Record<NoticeDays, Payload['severity']>;

/** Topic of these notifications, by which users switch them off or elsewhere. */
export const EXPIRY_TOPIC = 'Certificate expiry';

/**
 * What the owners of a certificate are told. The scope is the certificate's, so that a later notice takes the place of the one before.
 *
 * @param entity - the entity of the catalog whose Network tab shows the certificate; undefined where there is none
 */
export function expiryNotice(
  certificate: WatchedCertificate,
  days: NoticeDays,
  context: {
    cluster: { name: string; title: string };
    entity?: Entity;
    now: Date;
  },
): Payload {
  const { notAfter, title, name, advice, owner } = certificate;
  const { cluster, entity, now } = context;
  const when = notAfter.toISOString().replace('.000', '');
  const ended = notAfter <= now;
  return {
    title: `The certificate of ${title} ${
      ended ? 'has expired' : `expires ${relative(notAfter, now)}`
    }`,
    description: `On cluster ${cluster.title} the certificate of ${title} ${
      ended ? 'expired' : 'expires'
    } at ${when}; clients refuse it then. ${advice}`,
    link: entity ? networkTab(entity) : '/app-network',
    severity: SEVERITY[days],
    topic: EXPIRY_TOPIC,
    scope: `${cluster.name} ${owner.kind} ${owner.metadata.namespace ?? ''}/${
      owner.metadata.name
    } ${name}`,
  };
}

function networkTab({ kind, metadata }: Entity): string {
  const parts = [metadata.namespace ?? 'default', kind, metadata.name].map(
    part => encodeURIComponent(part.toLocaleLowerCase('en-US')),
  );
  return `/catalog/${parts.join('/')}/network`;
}

function relative(notAfter: Date, now: Date): string {
  const hours = Math.floor((notAfter.getTime() - now.getTime()) / 3_600_000);
  const format = new Intl.RelativeTimeFormat('en');
  return hours >= 48
    ? format.format(Math.floor(hours / 24), 'day')
    : format.format(hours, 'hour');
}
