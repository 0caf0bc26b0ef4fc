import type { Resolver } from 'node:dns/promises';
import type { Address } from '@app-network/backstage-plugin-app-network-common';
import { WILDCARD_IN_TXT } from '../components/externalDns';
import { createLooks, type Looks } from './looks';
import {
  createZoneServers,
  isAbsence,
  resolverOf,
  type ZoneServers,
} from './nameServers';

/** Names that should lead somewhere. */
export interface NamesQuestion {
  names: {
    hostname: string;
    /** The zone whose own servers are asked; where there is none, the resolver of this machine is. */
    zone?: string;
    /** The servers of the zone where they are known, `address` or `address:port`. */
    servers?: string[];
  }[];
  targets: Address[];
}

/** What a name server says of a name. */
export interface SeenName {
  hostname: string;
  /**
   * Resolves: to the targets and to nothing else. Missing: there is no such record. Elsewhere: it leads somewhere else too, or only.
   * Unanswered: nobody could be asked.
   */
  state: 'Resolves' | 'Missing' | 'Elsewhere' | 'Unanswered';
  /** Where it leads. */
  leadsTo: string[];
  /** Who has made the record, as ExternalDNS notes it: the owner id, and the object that it was made for. */
  maker?: {
    owner: string;
    resource?: string;
    /** Whose ExternalDNS it is, where that is known. */
    cluster?: string;
    /** Whether it is that of the cluster that the name should lead to. */
    isOwn?: boolean;
  };
  /** Who was asked. */
  asked: string;
  /** Why there is no answer. */
  failure?: string;
}

/** What is known of an owner id of ExternalDNS. */
export type RecordOwners = (
  owner: string,
) => Pick<NonNullable<SeenName['maker']>, 'cluster' | 'isOwn'>;

export interface NameLooksOptions {
  /** Default: nothing is known. */
  recordOwners?: RecordOwners;
  /** `appNetwork.dns.servers` of app-config: asked for every name, instead of all others. */
  servers?: readonly string[];
  onChange(key: string): void;
  signal: AbortSignal;
}

/** Looks at where names lead, as those see it who use them. */
export function createNameLooks(
  options: NameLooksOptions,
): Looks<NamesQuestion, SeenName[]> {
  const zoneServers = createZoneServers();
  const { servers, recordOwners } = options;
  return createLooks<NamesQuestion, SeenName[]>({
    ...options,
    async look(question) {
      const seen = await lookUpNames(question, { zoneServers, servers });
      return seen.map(name => withCluster(name, recordOwners));
    },
    againAfterMs: nextLookMs,
  });
}

/** What resolves is looked at each minute, what does not sooner: somebody waits for it. After a quarter of an hour nobody does. */
export function nextLookMs(seen: readonly SeenName[], times: number): number {
  const settled = seen.every(({ state }) => state === 'Resolves');
  return settled || times > 90 ? 60_000 : Math.min(500 * 2 ** times, 10_000);
}

/** Looks all names of a question up. Does not fail; a name that nobody could be asked for says so. */
export async function lookUpNames(
  { names, targets }: NamesQuestion,
  sources: { zoneServers: ZoneServers; servers?: readonly string[] },
): Promise<SeenName[]> {
  const expected = await expectedTargets(targets);
  return Promise.all(
    names.map(async ({ hostname, zone, servers: ofZone = [] }) => {
      const given = [...(sources.servers ?? [])];
      if (given.length > 0) {
        return lookUp(hostname, expected, given);
      }
      const own =
        zone && ofZone.length === 0
          ? await sources.zoneServers.find(zone)
          : ofZone;
      const seen = await lookUp(hostname, expected, own);
      // They may be out of reach from here, where the machine's resolver is not.
      return seen.state === 'Unanswered' && own.length > 0
        ? lookUp(hostname, expected, [])
        : seen;
    }),
  );
}

function withCluster(
  { maker, ...name }: SeenName,
  recordOwners: RecordOwners = () => ({}),
): SeenName {
  return maker
    ? { ...name, maker: { ...maker, ...recordOwners(maker.owner) } }
    : name;
}

/** Where a name should lead: to some of these addresses or aliases, and nowhere else. */
export interface Expected {
  addresses: string[];
  aliases: string[];
}

/** A load balancer with a name is led to by an alias, or by the addresses that its name has at the moment. */
async function expectedTargets(targets: readonly Address[]): Promise<Expected> {
  const ofType = (wanted: Address['type']) =>
    targets.filter(({ type }) => type === wanted).map(({ value }) => value);
  const aliases = ofType('Hostname').map(normalized);
  const resolved = await Promise.all(
    aliases.map(alias => addressesOf(resolverOf(), alias).catch(() => [])),
  );
  return {
    addresses: [...ofType('IPAddress').map(normalized), ...resolved.flat()],
    aliases,
  };
}

async function lookUp(
  hostname: string,
  expected: Expected,
  servers: string[],
): Promise<SeenName> {
  const asked =
    servers.length > 0 ? servers.join(', ') : "this portal's own resolver";
  const resolver = resolverOf(servers);
  try {
    const leadsTo = await targetsOf(resolver, hostname, expected);
    const state = stateOf(leadsTo, expected);
    const maker =
      state === 'Elsewhere' ? await makerOf(resolver, hostname) : undefined;
    return { hostname, state, leadsTo, asked, ...(maker ? { maker } : {}) };
  } catch (error) {
    return {
      hostname,
      state: 'Unanswered',
      leadsTo: [],
      asked,
      failure: (error as NodeJS.ErrnoException).code ?? String(error),
    };
  }
}

/** What a name's records are worth. */
export function stateOf(
  leadsTo: readonly string[],
  { addresses, aliases }: Expected,
): SeenName['state'] {
  if (leadsTo.length === 0) {
    return 'Missing';
  }
  return leadsTo.every(
    target => addresses.includes(target) || aliases.includes(target),
  )
    ? 'Resolves'
    : 'Elsewhere';
}

/** The alias of a name where it has one that is expected; else its addresses; else whatever alias it has. */
async function targetsOf(
  resolver: Resolver,
  hostname: string,
  { aliases }: Expected,
): Promise<string[]> {
  const alias = async () =>
    (await orNone(resolver.resolveCname(hostname))).map(normalized);
  if (aliases.length > 0) {
    const found = await alias();
    if (found.some(name => aliases.includes(name))) {
      return found;
    }
  }
  const addresses = await addressesOf(resolver, hostname);
  if (addresses.length > 0) {
    return addresses;
  }
  // The servers of one zone don't follow an alias into another.
  const [name] = await alias();
  const followed = name
    ? await addressesOf(resolverOf(), name).catch(() => [])
    : [];
  return followed.length > 0 ? followed : [name ?? []].flat();
}

async function addressesOf(
  resolver: Resolver,
  hostname: string,
): Promise<string[]> {
  const found = await Promise.all([
    orNone(resolver.resolve4(hostname)),
    orNone(resolver.resolve6(hostname)),
  ]);
  return found.flat().map(normalized).sort();
}

/**
 * Who ExternalDNS says has made a name's record: a TXT record `<type>-<name>` of the form
 * `heritage=external-dns,external-dns/owner=…,external-dns/resource=…` (ExternalDNS, "The TXT registry").
 */
async function makerOf(
  resolver: Resolver,
  hostname: string,
): Promise<SeenName['maker']> {
  for (const type of ['a', 'aaaa', 'cname']) {
    const records = await resolver
      .resolveTxt(`${type}-${hostname.replace(/^\*/, WILDCARD_IN_TXT)}`)
      .catch(() => []);
    const labels = new Map(
      records
        .flatMap(parts => parts.join('').split(','))
        .map(label => label.split('=') as [string, string]),
    );
    const owner = labels.get('external-dns/owner');
    if (owner) {
      const resource = labels.get('external-dns/resource');
      return { owner, ...(resource ? { resource } : {}) };
    }
  }
  return undefined;
}

/** No records are an answer; an error stays one. */
async function orNone(records: Promise<string[]>): Promise<string[]> {
  return records.catch(error => {
    if (isAbsence(error)) {
      return [];
    }
    throw error;
  });
}

/** One spelling of each address and name. */
function normalized(target: string): string {
  const lower = target.toLocaleLowerCase('en-US').replace(/\.$/, '');
  return lower.includes(':')
    ? new URL(`http://[${lower}]`).hostname.slice(1, -1)
    : lower;
}
