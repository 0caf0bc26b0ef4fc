import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { Informer } from '../engine/types';

/**
 * AppNetworks that ask for one of some hostnames or for one that overlaps it, or that serve it, found without looking at all of a cluster's.
 * There may be some among them whose generated hostname only begins alike.
 */
export function concernedBy(
  appNetworks: Pick<Informer<AppNetwork>, 'index'>,
  hostnames: readonly string[],
): AppNetwork[] {
  const index = appNetworks.index(valuesOf);
  return [
    ...new Set(hostnames.flatMap(queriesOf).flatMap(value => index.get(value))),
  ];
}

/**
 * What an AppNetwork is found by: `shop.example.com` by itself, and by `.example.com` and `.com` for whoever asks for a wildcard. Where its
 * hostname is generated, by what that begins with; its end is the platform's.
 */
function valuesOf({ metadata, spec, status }: AppNetwork): string[] {
  const own = spec?.hostnames ?? [];
  const generated =
    own.length === 0 ? [`${metadata.name}.${metadata.namespace}.`] : [];
  const hostnames = new Set([...own, ...(status?.hostnames ?? [])]);
  return [
    ...generated,
    ...[...hostnames].flatMap(hostname => [hostname, ...domainsOf(hostname)]),
  ];
}

/** The hostname itself, wildcards above it, what it may have been generated from, and for a wildcard all that is below. */
function queriesOf(hostname: string): string[] {
  const labels = hostname.split('.');
  return [
    hostname,
    ...domainsOf(hostname).map(domain => `*${domain}`),
    ...labels
      .map((_, index) => labels.slice(0, index).join('.'))
      .slice(2)
      .map(beginning => `${beginning}.`),
    ...(hostname.startsWith('*.') ? [hostname.slice(1)] : []),
  ];
}

/** `.example.com` and `.com` for `shop.example.com`. */
function domainsOf(hostname: string): string[] {
  const labels = hostname.split('.');
  return labels
    .slice(1)
    .map((_, index) => `.${labels.slice(index + 1).join('.')}`);
}
