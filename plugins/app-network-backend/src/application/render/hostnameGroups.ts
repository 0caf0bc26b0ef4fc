import {
  shortenName,
  withDefaults,
  type AppNetwork,
} from '@app-network/backstage-plugin-app-network-common';
import { issuersOf } from './authentication/issuers';
import { mergedRoutes, orderedRoutes, type Route } from './routes';
import type { RenderInput, SharingAppNetwork } from './types';

/** Hostnames of an AppNetwork that are served alike. */
export interface HostnameGroup {
  /** Name of their VirtualService. */
  name: string;
  hostnames: string[];
  /** In the order in which they are to be tried. */
  routes: Route[];
}

/** Longest name of an object. */
const MAX_NAME = 253;

/**
 * The hostnames that an AppNetwork holds, by who shares them: each group has routes of its own, those of all AppNetworks that serve it in one
 * order. Several VirtualServices of a hostname would not do, for Istio puts one's routes after the other's, the older first (Istio, "Split
 * large virtual services and destination rules into multiple resources").
 *
 * @param held - hostnames, in order
 * @param routes - of the AppNetwork itself
 */
export function hostnameGroups(
  appNetwork: AppNetwork,
  held: readonly string[],
  routes: readonly Route[],
  input: RenderInput,
): HostnameGroup[] {
  const groups = new Map<string, HostnameGroup>();
  for (const hostname of held) {
    const others = (
      input.sharedHostnames?.find(shared => shared.hostname === hostname)
        ?.members ?? []
    ).filter(member => !isSame(member.appNetwork, appNetwork));
    const key = others.map(member => member.appNetwork.metadata.name).join(' ');
    const group = groups.get(key) ?? {
      name:
        groups.size === 0
          ? appNetwork.metadata.name
          : groupName(appNetwork, hostname),
      hostnames: [],
      routes:
        others.length > 0
          ? mergedRoutes([
              routes,
              ...others.map(member => routesOf(member, input)),
            ])
          : [...routes],
    };
    group.hostnames.push(hostname);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The first group has the AppNetwork's name, those of others one that begins with it. */
function groupName(appNetwork: AppNetwork, hostname: string): string {
  return virtualServiceName(appNetwork, hostname.replace('*', 'wildcard'));
}

/**
 * Name of a further VirtualService of an AppNetwork, with a part that no name of an egress object begins with.
 *
 * @param what - a hostname, or what has no dot and so is none
 */
export function virtualServiceName(
  { metadata: { name } }: AppNetwork,
  what: string,
): string {
  return shortenName(`${name}.hostname.${what}`, MAX_NAME);
}

/** Routes of another AppNetwork of the namespace, whose Services are the same. What is wrong with them is told in its own status. */
function routesOf(
  { appNetwork, takenIssuers }: SharingAppNetwork,
  { services }: RenderInput,
): Route[] {
  const complete = withDefaults(appNetwork);
  return orderedRoutes(complete, services, issuersOf(complete, takenIssuers))
    .routes;
}

export function isSame(
  one: AppNetwork | undefined,
  { metadata: { namespace, name } }: AppNetwork,
): boolean {
  return one?.metadata.namespace === namespace && one?.metadata.name === name;
}
