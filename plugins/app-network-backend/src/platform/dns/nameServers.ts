import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';

/** How long one server is waited for, in milliseconds, and how often it is asked. */
const PATIENCE = { timeout: 2_000, tries: 2 };

/**
 * A resolver that asks these servers, `address` or `address:port`; those of this machine where none are given. Made anew for each look,
 * because a resolver remembers answers.
 */
export function resolverOf(servers: readonly string[] = []): Resolver {
  const resolver = new Resolver(PATIENCE);
  if (servers.length > 0) {
    resolver.setServers(servers.map(withBrackets));
  }
  return resolver;
}

function withBrackets(server: string): string {
  return isIPv6(server) ? `[${server}]` : server;
}

/** Whether an error of a resolver is the answer that there is no such name or record; anything else is no answer. */
export function isAbsence(error: unknown): boolean {
  return ['ENOTFOUND', 'ENODATA'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );
}

/** Finds the servers that a zone is kept on. */
export interface ZoneServers {
  /** Their addresses; empty where they can't be found, such as for a zone that nothing is delegated to. */
  find(zone: string): Promise<string[]>;
}

/** How long servers that were found are asked, and how long it is taken that there are none, in milliseconds. */
const FOUND_MS = 300_000;
const NOT_FOUND_MS = 30_000;

/**
 * The zone's own servers tell of a record as soon as it is there. A resolver on the way remembers for minutes or hours that it was not,
 * and asking it early would make it so for everybody behind it (RFC 2308).
 */
export function createZoneServers(): ZoneServers {
  const known = new Map<
    string,
    { until: number; servers: Promise<string[]> }
  >();
  return {
    async find(zone) {
      const now = Date.now();
      const found = known.get(zone);
      if (found && found.until > now) {
        return found.servers;
      }
      const entry = { until: now + FOUND_MS, servers: findServers(zone) };
      known.set(zone, entry);
      if ((await entry.servers).length === 0) {
        entry.until = now + NOT_FOUND_MS;
      }
      return entry.servers;
    },
  };
}

/** By the NS records of the zone or of the closest domain around it that has some; a top-level domain is nobody's zone. */
async function findServers(zone: string): Promise<string[]> {
  const resolver = resolverOf();
  const labels = zone.replace(/^\*\./, '').split('.');
  while (labels.length > 1) {
    const names = await orNone(resolver.resolveNs(labels.join('.')));
    if (names.length > 0) {
      const addresses = await Promise.all(
        names.map(name => orNone(resolver.resolve4(name))),
      );
      return addresses.flat();
    }
    labels.shift();
  }
  return [];
}

async function orNone(records: Promise<string[]>): Promise<string[]> {
  return records.catch(() => []);
}
