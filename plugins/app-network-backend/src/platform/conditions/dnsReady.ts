import {
  withDefaults,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { EXTERNAL_DNS } from '../components/externalDns';
import { describeName } from '../dns/describeNames';
import { providerAdvice } from '../dns/externalDnsLog';
import { platformFacts } from '../facts';
import {
  componentsOf,
  componentsRow,
  installedOrGiven,
  lookingRow,
} from './row';
import type { PlatformObservation, Row } from './row';

const type = 'DNSReady';

/** P8: names resolve. */
export function dnsReady(observation: PlatformObservation): Row {
  const platform = withDefaults(observation.platform);
  const { external, custom } = platform.spec?.dns ?? {};
  if (external) {
    return externalRow(observation, external.zone);
  }
  return custom
    ? customRow(observation, custom.suffix)
    : wildcardRow(observation, platform);
}

function wildcardRow(
  { addresses }: PlatformObservation,
  platform: NetworkPlatform,
): Row {
  const { dnsSuffix } = platformFacts({
    ...platform,
    status: { ingress: { applications: { addresses } } },
  });
  if (dnsSuffix) {
    return {
      type,
      status: 'True',
      reason: 'Wildcard',
      message: `Names end in ${dnsSuffix}, which resolves by itself.`,
    };
  }
  const hostname = addresses[0]?.value;
  return {
    type,
    status: 'False',
    reason: hostname ? 'NoIPAddress' : 'NoAddress',
    message: hostname
      ? `The load balancer gives the hostname ${hostname} and no IP address, which ${
          platform.spec?.dns?.wildcard?.domain ?? 'nip.io'
        } needs: use spec.dns.custom or spec.dns.external.`
      : 'The ingress gateway has no address yet.',
    progressing: !hostname,
  };
}

/** Records that are the user's to make are no promise of the platform's; what is missing is told all the same. */
function customRow({ dns, facts }: PlatformObservation, suffix: string): Row {
  const open = (dns?.names ?? []).filter(({ state }) => state !== 'Resolves');
  return {
    type,
    status: 'True',
    reason: 'Custom',
    message: [
      `Names end in ${suffix}; their records are yours to make.`,
      ...open.map(name => describeName(name, facts.systemAddresses)),
    ].join(' '),
  };
}

function externalRow(observation: PlatformObservation, zone: string): Row {
  const { dns, facts } = observation;
  const { problem } = dns?.report ?? {};
  const component = componentsOf(observation, EXTERNAL_DNS);
  if (problem) {
    return {
      type,
      status: 'False',
      reason: 'ProviderRefused',
      message: `ExternalDNS can't keep the records of ${zone}: ${sentence(
        problem,
      )} ${providerAdvice(problem)}`,
    };
  }
  const row =
    componentsRow(type, component) ??
    (dns?.isLooking
      ? lookingRow(
          type,
          observation,
          'Whether names lead where they should is being looked up.',
        )
      : undefined);
  if (row) {
    return row;
  }
  const open = (dns?.names ?? []).filter(
    ({ state }) => state === 'Missing' || state === 'Elsewhere',
  );
  if (open.length > 0) {
    return {
      type,
      status: 'False',
      reason: open.some(({ state }) => state === 'Elsewhere')
        ? 'PointsElsewhere'
        : 'RecordMissing',
      message: open
        .map(name => describeName(name, facts.systemAddresses))
        .join(' '),
      progressing: true,
    };
  }
  const { reason, message } = installedOrGiven(component, 'ExternalDNS');
  const leading = (dns?.names ?? [])
    .filter(({ state }) => state === 'Resolves')
    .map(({ hostname }) => hostname);
  return {
    type,
    status: 'True',
    reason: reason === 'Ready' ? 'ExternalDNS' : reason,
    message: [
      reason === 'NotManaged'
        ? `The records of ${zone} are left to an ExternalDNS of yours; App Network installs none.`
        : `${message} It keeps the records of ${zone}.`,
      ...(leading.length > 0
        ? [`They lead where they should for ${leading.join(', ')}.`]
        : []),
    ].join(' '),
  };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
