import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { isDeleting } from '../engine/finalizer';
import type { Informer } from '../engine/types';
import { hostnameClaims, holdsHostname } from './hostnameClaims';
import { concernedBy } from './hostnameIndex';
import { wantedHostnames, type HostnameFacts } from './render/hostnames';
import { GATEWAY } from './render/kinds';

/** A hostname that goes from one AppNetwork to another of its namespace. */
export interface Handover {
  hostname: string;
  /** Who is to serve it, and does not yet. */
  heir: AppNetwork;
}

/**
 * Hostnames that an AppNetwork serves and no longer asks for, or that go with it, and whose next holder is not ready yet. As long as there are
 * some, what serves them stays: the next one's certificate may take its time.
 *
 * @param appNetworks - of the cluster
 */
export function pendingHandovers(
  appNetwork: AppNetwork,
  appNetworks: Pick<Informer<AppNetwork>, 'index'>,
  facts: HostnameFacts,
): Handover[] {
  const { metadata, status } = appNetwork;
  const kept = isDeleting(appNetwork)
    ? []
    : wantedHostnames(appNetwork, facts) ?? status?.hostnames ?? [];
  const given = (status?.hostnames ?? []).filter(
    hostname => !kept.includes(hostname) && holdsHostname(appNetwork, hostname),
  );
  if (given.length === 0) {
    return [];
  }
  const concerned = concernedBy(appNetworks, given);
  const neighbours = concerned.filter(
    other =>
      other.metadata.namespace === metadata.namespace &&
      other.metadata.name !== metadata.name &&
      !isDeleting(other),
  );
  return given.flatMap(hostname => {
    const heir = neighbours.find(other => isNext(other, hostname));
    return heir && !isReady(heir, hostname) ? [{ hostname, heir }] : [];
  });

  function isNext(other: AppNetwork, hostname: string): boolean {
    if (!wantedHostnames(other, facts)?.includes(hostname)) {
      return false;
    }
    const { taken, shared } = hostnameClaims(other, concerned, facts);
    const members = shared.find(
      candidate => candidate.hostname === hostname,
    )?.members;
    return (
      !taken.some(candidate => candidate.hostname === hostname) &&
      (members === undefined || members[0] === other)
    );
  }
}

/** Whether an AppNetwork has what it needs to serve a hostname, as its status says. */
function isReady(heir: AppNetwork, hostname: string): boolean {
  const { resources = [], conditions = [] } = heir.status ?? {};
  return (
    holdsHostname(heir, hostname) &&
    resources.some(({ kind }) => kind === GATEWAY.kind) &&
    conditions.some(
      ({ type, status }) => type === 'CertificateReady' && status === 'True',
    )
  );
}

/** How long a handover may take: an issuer that never issues must hold nobody up. */
const LIMIT_MS = 60_000;

/** Since when AppNetworks have been handing over hostnames, by their keys. */
export type Handovers = Map<string, number>;

/** For how many more milliseconds an AppNetwork has to wait for its heirs; 0 where it need not. */
export function remainingWait(
  handovers: Handovers,
  key: string,
  pending: readonly Handover[],
  now: Date,
): number {
  if (pending.length === 0) {
    handovers.delete(key);
    return 0;
  }
  const since = handovers.get(key) ?? now.getTime();
  handovers.set(key, since);
  return Math.max(0, since + LIMIT_MS - now.getTime());
}
