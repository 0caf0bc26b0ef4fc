import type { NewCondition } from '../../engine/conditions';
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
  const recordsEnabled = appNetwork.spec?.dns?.enabled ?? true;
  const maker = (hostname: string) =>
    recordMaker(hostname, facts, recordsEnabled);
  const byUser = hostnames.filter(hostname => maker(hostname) === 'User');
  if (byUser.length > 0) {
    return unknown(
      'DNSReady',
      'NotManaged',
      `No record is made for ${byUser.join(', ')}. ${recordsFor(facts)}`,
    );
  }
  const byExternalDns = hostnames.filter(
    hostname => maker(hostname) === 'ExternalDNS',
  );
  return byExternalDns.length > 0
    ? unknown(
        'DNSReady',
        'NotObserved',
        `The records of ${byExternalDns.join(
          ', ',
        )} are left to an ExternalDNS of your own, for App Network does not install it yet; whether they are there is not looked at.`,
      )
    : holds(
        'DNSReady',
        'WildcardDNS',
        `Names below ${facts.dnsSuffix} resolve to the address that stands in them.`,
      );
}

function recordMaker(
  hostname: string,
  { dns, dnsSuffix }: PlatformFacts,
  recordsEnabled: boolean,
): 'Wildcard' | 'ExternalDNS' | 'User' {
  switch (dns.mode) {
    case 'Wildcard':
      return dnsSuffix !== undefined && hostname.endsWith(`.${dnsSuffix}`)
        ? 'Wildcard'
        : 'User';
    case 'External':
      return recordsEnabled &&
        (hostname === dns.zone || hostname.endsWith(`.${dns.zone}`))
        ? 'ExternalDNS'
        : 'User';
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
