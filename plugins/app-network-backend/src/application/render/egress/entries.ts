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
  return distinctEntries(
    (spec?.egress ?? []).map(({ host, port = 443, protocol = 'TLS' }) => ({
      host,
      port,
      protocol,
    })),
  );
}

/** Each port of a host once, in order. Of two protocols one is taken, whatever the order. */
export function distinctEntries(
  entries: readonly EgressEntry[],
): EgressEntry[] {
  const sorted = entries.toSorted(
    (one, other) =>
      compare(one.host, other.host) ||
      one.port - other.port ||
      compare(one.protocol, other.protocol),
  );
  return sorted.filter(
    ({ host, port }, index) =>
      host !== sorted[index - 1]?.host || port !== sorted[index - 1]?.port,
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
