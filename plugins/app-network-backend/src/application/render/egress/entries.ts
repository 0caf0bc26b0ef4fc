import type {
  AppNetwork,
  AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';

/** An outside host that an application calls. */
export type EgressEntry = Required<
  NonNullable<AppNetworkSpec['egress']>[number]
>;

/** `spec.egress`, in an order of its own, each port of a host once, with the defaults filled in: the list has none. */
export function egressEntries({ spec }: AppNetwork): EgressEntry[] {
  const entries = new Map(
    (spec?.egress ?? []).map(({ host, port = 443, protocol = 'TLS' }) => [
      `${host}:${port}`,
      { host, port, protocol },
    ]),
  );
  return [...entries.values()].sort((one, other) =>
    one.host === other.host
      ? one.port - other.port
      : compare(one.host, other.host),
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
  return one < other ? -1 : 1;
}
