import type {
  AppNetwork,
  AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';

/** An outside host that an application calls. */
export type EgressEntry = Required<
  NonNullable<AppNetworkSpec['egress']>[number]
>;

/** `spec.egress` with the defaults filled in, in an order of its own: the list has none. */
export function egressEntries({ spec }: AppNetwork): EgressEntry[] {
  return sortedEntries(
    (spec?.egress ?? []).map(({ host, port = 443, protocol = 'TLS' }) => ({
      host,
      port,
      protocol,
    })),
  );
}

/** Entries in an order of their own. */
export function sortedEntries<T extends EgressEntry>(
  entries: readonly T[],
): T[] {
  return entries.toSorted(
    (one, other) =>
      compare(one.host, other.host) ||
      one.port - other.port ||
      compare(one.protocol, other.protocol),
  );
}

/** The same by host, for what a host has once. */
export function byHost(
  entries: readonly EgressEntry[],
): [host: string, EgressEntry[]][] {
  const hosts = [...new Set(entries.map(({ host }) => host))];
  return hosts.map(host => [
    host,
    entries.filter(entry => entry.host === host),
  ]);
}

function compare(one: string, other: string): number {
  if (one === other) {
    return 0;
  }
  return one < other ? -1 : 1;
}
