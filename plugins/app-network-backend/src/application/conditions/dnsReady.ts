import { isDeepStrictEqual } from 'node:util';
import type { NewCondition } from '../../engine/conditions';
import { describeName } from '../../platform/dns/describeNames';
import type { NamesQuestion, SeenName } from '../../platform/dns/names';
import { isInZone } from '../../platform/dns/zones';
import type { PlatformFacts } from '../../platform/facts';
import {
  fails,
  holds,
  isExposed,
  notExposed,
  unknown,
  type Observation,
} from './observation';

/** Reasons for which DNSReady is Unknown for good: records are not ours to make or to see, and Ready does not wait for them. */
export const UNOBSERVED_DNS = ['NotManaged', 'NotObserved'];

/** The names that have to be looked up, and where; undefined where there are none. A wildcard's name says itself where it leads. */
export function dnsQuestion({
  appNetwork,
  facts,
  rendered,
}: Pick<Observation, 'appNetwork' | 'facts' | 'rendered'>):
  | NamesQuestion
  | undefined {
  const { dns, ingressGateway } = facts;
  const names = rendered.hostnames
    .map(hostname => ({
      hostname,
      maker: recordMaker(hostname, facts, recordsEnabled(appNetwork)),
    }))
    .filter(({ maker }) => maker !== 'Wildcard')
    .map(({ hostname, maker }) =>
      maker === 'ExternalDNS' && dns.mode === 'External'
        ? { hostname, zone: dns.zone, servers: dns.servers }
        : { hostname },
    );
  return isExposed(appNetwork) &&
    names.length > 0 &&
    ingressGateway.addresses.length > 0
    ? { names, targets: ingressGateway.addresses }
    : undefined;
}

/** Whether the hostnames have the records that lead to the gateway. */
export function dnsReady(observation: Observation): NewCondition {
  const { appNetwork, facts, rendered } = observation;
  if (!isExposed(appNetwork)) {
    return notExposed('DNSReady');
  }
  const { hostnames } = rendered;
  if (hostnames.length === 0) {
    return unknown(
      'DNSReady',
      'NoHostname',
      'There is no hostname to be resolved; GatewayReady says why.',
    );
  }
  const { addresses } = facts.ingressGateway;
  if (addresses.length === 0) {
    return fails(
      'DNSReady',
      'WaitingForAddress',
      'The ingress gateway has no address yet that names could lead to.',
    );
  }
  const before = conditionBefore(observation);
  if (before && !observation.names && dnsQuestion(observation)) {
    return before;
  }
  const madeBy = (maker: RecordMaker) =>
    hostnames.filter(
      hostname =>
        recordMaker(hostname, facts, recordsEnabled(appNetwork)) === maker,
    );
  return (
    externalDnsCondition(madeBy('ExternalDNS'), observation) ??
    userCondition(madeBy('User'), observation) ??
    (madeBy('Wildcard').length === hostnames.length
      ? holds(
          'DNSReady',
          'WildcardDNS',
          `Names below ${facts.dnsSuffix} resolve to the address that stands in them.`,
        )
      : holds(
          'DNSReady',
          'Resolves',
          `${hostnames.join(', ')} ${
            hostnames.length > 1 ? 'lead' : 'leads'
          } to the ingress gateway.`,
        ))
  );
}

/** What was known before the first look; a restart of the portal makes nothing look unready. Of other names or addresses it was not known. */
function conditionBefore({
  appNetwork: { metadata, status },
  facts,
  rendered,
}: Observation): NewCondition | false | undefined {
  const before = status?.conditions?.find(({ type }) => type === 'DNSReady');
  return (
    before &&
    before.observedGeneration === metadata.generation &&
    isDeepStrictEqual(status?.hostnames, rendered.hostnames) &&
    isDeepStrictEqual(status?.addresses, facts.ingressGateway.addresses) && {
      type: before.type,
      status: before.status,
      reason: before.reason,
      message: before.message,
    }
  );
}

/** What keeps names from being resolved whose records ExternalDNS makes. */
function externalDnsCondition(
  hostnames: readonly string[],
  { facts, names }: Observation,
): NewCondition | undefined {
  if (hostnames.length === 0) {
    return undefined;
  }
  if (!names) {
    return unknown(
      'DNSReady',
      'Looking',
      `${hostnames.join(', ')} ${
        hostnames.length > 1 ? 'are' : 'is'
      } being looked up.`,
    );
  }
  const { addresses } = facts.ingressGateway;
  const open = notLeading(hostnames, names);
  const wrong = open.filter(({ state }) => state !== 'Unanswered');
  if (wrong.length > 0) {
    const problem = facts.dns.mode === 'External' && facts.dns.problem;
    return fails(
      'DNSReady',
      wrong.some(({ state }) => state === 'Elsewhere')
        ? 'PointsElsewhere'
        : 'RecordMissing',
      [
        ...wrong.map(name => describeName(name, addresses)),
        ...(problem ? [`The platform says: ${problem}`] : []),
      ].join(' '),
    );
  }
  return open.length > 0
    ? unknown(
        'DNSReady',
        'NotObserved',
        open.map(name => describeName(name, addresses)).join(' '),
      )
    : undefined;
}

/** What is not there of the records that are the user's to make. */
function userCondition(
  hostnames: readonly string[],
  { facts, names = [] }: Observation,
): NewCondition | undefined {
  const seen = new Map(names.map(name => [name.hostname, name]));
  const open = hostnames.filter(
    hostname => seen.get(hostname)?.state !== 'Resolves',
  );
  if (open.length === 0) {
    return undefined;
  }
  const elsewhere = notLeading(open, names).filter(
    ({ state }) => state === 'Elsewhere',
  );
  return unknown(
    'DNSReady',
    'NotManaged',
    [
      `No record is made for ${open.join(', ')}. ${recordsFor(facts)}`,
      ...elsewhere.map(
        ({ hostname, leadsTo }) =>
          `${hostname} leads to ${leadsTo.join(' and ')} now.`,
      ),
    ].join(' '),
  );
}

function notLeading(
  hostnames: readonly string[],
  names: readonly SeenName[],
): SeenName[] {
  return names.filter(
    ({ hostname, state }) =>
      hostnames.includes(hostname) && state !== 'Resolves',
  );
}

function recordsEnabled({ spec }: Observation['appNetwork']): boolean {
  return spec?.dns?.enabled ?? true;
}

type RecordMaker = 'Wildcard' | 'ExternalDNS' | 'User';

function recordMaker(
  hostname: string,
  { dns, dnsSuffix }: PlatformFacts,
  isEnabled: boolean,
): RecordMaker {
  switch (dns.mode) {
    case 'Wildcard':
      return dnsSuffix !== undefined && hostname.endsWith(`.${dnsSuffix}`)
        ? 'Wildcard'
        : 'User';
    case 'External':
      return isEnabled && isInZone(hostname, dns.zone) ? 'ExternalDNS' : 'User';
    default:
      return 'User';
  }
}

function recordsFor({ ingressGateway: { addresses } }: PlatformFacts): string {
  const records = addresses.map(({ type, value }) => {
    if (type === 'Hostname') {
      return `a CNAME record with ${value}`;
    }
    return `${value.includes(':') ? 'an AAAA' : 'an A'} record with ${value}`;
  });
  return `Make sure that there is ${records.join(
    ' or ',
  )} for each where your DNS is kept.`;
}
