import type {
  NetworkPlatformSpec,
  SystemComponent,
} from '@app-network/backstage-plugin-app-network-common';
import type { ClusterFacts } from '../clusterFacts';
import { dnsSuffix } from '../facts';

/** Hostname of a system component, `<name>.<environmentName>.<suffix>`; undefined while no address is known that a suffix could be made from. */
export function systemHostname(
  spec: NetworkPlatformSpec,
  { name }: SystemComponent,
  { systemAddresses }: ClusterFacts,
): string | undefined {
  const suffix = dnsSuffix(spec, systemAddresses);
  return suffix && `${name}.${spec.environmentName ?? 'default'}.${suffix}`;
}

/**
 * Stands in for a hostname while the address is not known: an ingress controller tells its address in the status of an Ingress, so there has
 * to be one first. The domain never resolves (RFC 6761, invalid).
 */
export function placeholderHostname({
  namespace,
  name,
}: SystemComponent): string {
  return `${name}.${namespace}.invalid`;
}
