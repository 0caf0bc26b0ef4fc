import {
  shortenName,
  type AppNetwork,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { EgressEntry } from './entries';

/** Longest name of an object, and of a host. */
const MAX_NAME = 253;

/** Longest label of DNS, which names of Gateways and subsets are to Istio. */
const MAX_LABEL = 63;

type Target = Pick<EgressEntry, 'host' | 'port'>;

/** Name of the objects for one outside host in the caller's namespace. */
export function hostObjectName(
  { metadata: { name } }: AppNetwork,
  host: string,
): string {
  return shortenName(`${name}.egress.${host}`, MAX_NAME);
}

/** Name of the DestinationRule for the egress gateway in the caller's namespace. No outside host has a name without a dot. */
export function tunnelRuleName({ metadata: { name } }: AppNetwork): string {
  return shortenName(`${name}.egress.gateway`, MAX_NAME);
}

/** Subset of the egress gateway's Service for one outside host and port; AppNetworks of a namespace share the host of the rule. */
export function subsetName(
  { metadata: { name } }: AppNetwork,
  { host, port }: Target,
): string {
  return asLabel(`${name}.${host}.${port}`);
}

/**
 * What the caller's proxy asks the egress gateway for, as the name in its TLS handshake: one for each AppNetwork, outside host and port, so
 * that no two AppNetworks meet in a route. Also the name of the objects in the gateway's namespace. The domain `internal` is never the
 * internet's.
 */
export function tunnelHost(
  { metadata: { namespace, name } }: AppNetwork,
  { host, port }: Target,
): string {
  return shortenName(
    `${host}.${port}.${name}.${namespace}.egress.internal`,
    MAX_NAME,
  );
}

/** Name of the Gateway and its AuthorizationPolicy in the egress gateway's namespace. */
export function gatewayName({
  metadata: { namespace, name },
}: AppNetwork): string {
  return asLabel(`${namespace}.${name}.egress`);
}

/** Whether an object of an AppNetwork is for its calls to the outside, by the names above. */
export function isEgressObject(
  appNetwork: AppNetwork,
  { name }: ObjectRef,
): boolean {
  return (
    name === gatewayName(appNetwork) ||
    name.startsWith(`${appNetwork.metadata.name}.egress.`) ||
    name.endsWith('.egress.internal')
  );
}

/** A name with dots as one label. Labels don't begin or end with a dash, so that two names stay two. */
function asLabel(name: string): string {
  return shortenName(
    name.replaceAll('-', '--').replaceAll('.', '-'),
    MAX_LABEL,
  );
}
