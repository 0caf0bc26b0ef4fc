import type {
  Address,
  NetworkPlatformSpec,
  SystemComponent,
} from '@app-network/backstage-plugin-app-network-common';
import type { ClusterFacts } from '../clusterFacts';
import { dnsSuffix } from '../dns/suffix';

/** Hostname of a system component, `<name>.<environmentName>.<suffix>`; undefined while no address is known that a suffix could be made from. */
export function systemHostname(
  spec: NetworkPlatformSpec,
  { name }: Pick<SystemComponent, 'name'>,
  { systemAddresses }: Pick<ClusterFacts, 'systemAddresses'>,
): string | undefined {
  const suffix = dnsSuffix(spec, systemAddresses);
  return suffix && `${name}.${spec.environmentName ?? 'default'}.${suffix}`;
}

/**
 * What is wrong with the hostname of a system component: it is made from the name alone, so that one of the same name in another namespace,
 * earlier in the list, has it. Undefined where it is the component's own.
 */
export function hostnameProblem(
  { systemComponents = [], environmentName }: NetworkPlatformSpec,
  { namespace, name, ingress }: SystemComponent,
): string | undefined {
  const first = systemComponents.find(
    other => other.name === name && other.ingress,
  );
  return ingress && first && first.namespace !== namespace
    ? `spec.systemComponents ${namespace}/${name}: ${
        first.namespace
      }/${name} is served at the hostname that is made from this name, ${name}.${
        environmentName ?? 'default'
      } and the platform's suffix. Call one of them otherwise, or leave out its ingress.`
    : undefined;
}

/** Hostnames of all system components that ask for one, as far as they are known. */
export function systemHostnames(
  spec: NetworkPlatformSpec,
  systemAddresses: Address[],
): string[] {
  return (spec.systemComponents ?? [])
    .filter(({ ingress }) => ingress)
    .map(component => systemHostname(spec, component, { systemAddresses }))
    .filter(hostname => hostname !== undefined);
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
