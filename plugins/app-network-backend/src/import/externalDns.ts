import type {
  AppNetworkSpec,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { milliseconds } from '../application/render/duration';
import type { ImportContext } from './types';

const NAME =
  /^external-dns\.(?:alpha\.)?kubernetes\.io\/(?<setting>[a-z0-9-]+)$/;

export function isExternalDnsAnnotation(name: string): boolean {
  return NAME.test(name);
}

/**
 * What ExternalDNS is told by annotations (external-dns v0.22, docs/annotations/annotations.md), under its old prefix and its new one.
 *
 * @param hostnames - those of the object, for which there are records anyway
 */
export function dnsOfAnnotations(
  context: ImportContext,
  object: KubernetesObject,
  hostnames: readonly (string | undefined)[],
): AppNetworkSpec['dns'] {
  const dns: NonNullable<AppNetworkSpec['dns']> = {};
  for (const [name, value] of Object.entries(
    object.metadata.annotations ?? {},
  )) {
    const setting = NAME.exec(name)?.groups?.setting;
    const note = (reason: string) =>
      context.note(object, `metadata.annotations[${name}]`, value, reason);
    if (setting === 'ttl') {
      const seconds = ttlInSeconds(value);
      if (seconds === undefined) {
        note('It is no number of seconds and no duration.');
      } else {
        dns.ttl = seconds;
      }
    } else if (setting === 'controller') {
      if (value !== 'dns-controller') {
        dns.enabled = false;
      }
    } else if (setting === 'hostname') {
      const more = value
        .split(',')
        .map(hostname => hostname.trim())
        .filter(hostname => !hostnames.includes(hostname));
      if (more.length > 0) {
        note(
          'Records are made for the hostnames of an AppNetwork. Add it to spec.hostnames if it is to be served.',
        );
      }
    } else if (setting === 'target' && leadsToPlatform(context, value)) {
      // The records of an AppNetwork do so too.
      continue;
    } else if (setting !== undefined) {
      note(
        "Records lead to the platform's ingress gateway, as the platform's DNS says.",
      );
    }
  }
  return Object.keys(dns).length > 0 ? dns : undefined;
}

function leadsToPlatform({ facts }: ImportContext, targets: string): boolean {
  const addresses = facts?.ingressGateway.addresses ?? [];
  return targets
    .split(',')
    .every(target => addresses.some(({ value }) => value === target.trim()));
}

function ttlInSeconds(value: string): number | undefined {
  if (/^\d+$/.test(value)) {
    return Number(value);
  }
  const duration = milliseconds(value);
  return duration === undefined ? undefined : Math.ceil(duration / 1_000);
}
