import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';

/** What hostnames depend on. */
export type HostnameFacts = Pick<
  PlatformFacts,
  'environmentName' | 'dnsSuffix' | 'systemHostnames'
>;

/**
 * The names an AppNetwork asks to be served at: its own, or the one that is generated from the platform's DNS. Undefined while a generated
 * one cannot be known, because the platform's suffix is not. Empty where it is not exposed. In alphabetical order: the list is a set.
 */
export function wantedHostnames(
  appNetwork: AppNetwork,
  facts: HostnameFacts,
): string[] | undefined {
  const { expose = true, hostnames = [] } = appNetwork.spec ?? {};
  if (!expose) {
    return [];
  }
  if (hostnames.length > 0) {
    return [...new Set(hostnames)].sort();
  }
  return facts.dnsSuffix === undefined
    ? undefined
    : [generatedHostname(appNetwork, facts.environmentName, facts.dnsSuffix)];
}

/** `<name>.<namespace>.<environmentName>.<suffix>`. A namespace holds no dot, so that two AppNetworks never get the same. */
function generatedHostname(
  { metadata: { name, namespace } }: AppNetwork,
  environmentName: string,
  suffix: string,
): string {
  return [name, namespace, environmentName, suffix].join('.');
}

/** Whether one hostname is a wildcard for another. As gateways read it, `*.` stands for one label or more (istio.io, Server, hosts). */
export function isBelow(hostname: string, wildcard: string): boolean {
  return (
    wildcard.startsWith('*.') &&
    hostname !== wildcard &&
    hostname.endsWith(wildcard.slice(1))
  );
}

/** The wildcard whose certificate is valid for a hostname: there, `*.` stands for one label (RFC 9525, 6.3). */
export function wildcardOf(hostname: string): string {
  return hostname.replace(/^[^.]*/, '*');
}

/** Whether the certificate of a wildcard is valid for a hostname below it. */
export function isCertified(hostname: string, wildcard: string): boolean {
  return hostname !== wildcard && wildcardOf(hostname) === wildcard;
}

/** Whether somebody who asks for one hostname gets requests of the other as well. */
export function overlap(one: string, other: string): boolean {
  return one === other || isBelow(one, other) || isBelow(other, one);
}
