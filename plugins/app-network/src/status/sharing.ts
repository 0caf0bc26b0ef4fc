import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';

/** A hostname that several AppNetworks of a namespace serve, each at its own paths. */
export interface SharedHostname {
  hostname: string;
  /** The AppNetwork whose Gateway and certificate serve it; undefined where it is this one. */
  heldBy?: string;
  /** Names of the other AppNetworks, in order. */
  others: string[];
}

/** What an AppNetwork's status says of hostnames that it does not serve alone. */
export function sharedHostnames({
  metadata: { name },
  status,
}: AppNetwork): SharedHostname[] {
  return (status?.sharedHostnames ?? [])
    .map(({ hostname, heldBy, appNetworks }) => ({
      hostname,
      heldBy: heldBy === name ? undefined : heldBy,
      others: appNetworks.filter(other => other !== name).sort(),
    }))
    .filter(({ others }) => others.length > 0);
}

/** The hostnames that others hold, by the name of who does. */
export function lentHostnames(appNetwork: AppNetwork): Map<string, string[]> {
  const lent = new Map<string, string[]>();
  for (const { hostname, heldBy } of sharedHostnames(appNetwork)) {
    if (heldBy !== undefined) {
      lent.set(heldBy, [...(lent.get(heldBy) ?? []), hostname]);
    }
  }
  return lent;
}

/** `AppNetwork cart`, or `AppNetworks cart and shop`. */
export function namesOf(appNetworks: string[]): string {
  return `AppNetwork${appNetworks.length > 1 ? 's' : ''} ${listed(
    appNetworks,
  )}`;
}

/** `a`, `a and b` or `a, b, and c`. */
export function listed(names: string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}
