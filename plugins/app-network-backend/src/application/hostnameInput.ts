import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { isDeleting } from '../engine/finalizer';
import { objectKey } from '../engine/objects';
import type { Informer } from '../engine/types';
import { hostnameClaims } from './hostnameClaims';
import type { PlatformFacts } from '../platform/facts';
import {
  foreignHostnamesBelow,
  foreignOwners,
  type ForeignHosts,
} from './foreignHosts';
import { concernedBy } from './hostnameIndex';
import { isCertified, wantedHostnames } from './render/hostnames';
import type { RenderInput } from './render/types';
import { takenIssuers, type RequestAuthentication } from './takenIssuers';

/**
 * What render has to know of an AppNetwork's hostnames: whose they are, and who shares them, with the issuers whose tokens let nobody in at
 * each of those.
 *
 * @param appNetworks - of the cluster; this one may be among them
 * @param foreign - Gateways and Ingresses of the cluster that this project has not made
 * @param present - RequestAuthentications that AppNetworks have become
 */
export function hostnameInput(
  appNetwork: AppNetwork,
  appNetworks: Pick<Informer<AppNetwork>, 'list' | 'index'>,
  facts: PlatformFacts,
  foreign: ForeignHosts = [],
  present: readonly RequestAuthentication[] = [],
): Pick<
  RenderInput,
  | 'takenHostnames'
  | 'sharedHostnames'
  | 'takenOverHostnames'
  | 'contestedHostnames'
  | 'hostnamesOfOthers'
> {
  const wanted = wantedHostnames(appNetwork, facts) ?? [];
  const concerned = concernedBy(appNetworks, wanted);
  const { taken, shared, takenOver, contested } = hostnameClaims(
    appNetwork,
    concerned,
    facts,
    hostname => foreignOwners(foreign, hostname, facts),
  );
  return {
    takenHostnames: taken,
    sharedHostnames: shared.map(({ hostname, members }) => ({
      hostname,
      members: members.map(member => ({
        appNetwork: member,
        takenIssuers: takenIssuers(member, appNetworks.list(), present),
      })),
    })),
    takenOverHostnames: takenOver,
    contestedHostnames: contested,
    hostnamesOfOthers: hostnamesBelow(
      appNetwork,
      wanted.filter(hostname => hostname.startsWith('*.')),
      concerned,
      facts,
      foreign,
    ),
  };
}

/** Hostnames that are served by somebody else though wildcards are for them as well, in alphabetical order. */
function hostnamesBelow(
  appNetwork: AppNetwork,
  wildcards: readonly string[],
  concerned: readonly AppNetwork[],
  facts: PlatformFacts,
  foreign: ForeignHosts,
): string[] {
  const others = concerned.filter(
    other =>
      objectKey(other) !== objectKey(appNetwork) &&
      // One that goes leaves its hostnames to the wildcard.
      !isDeleting(other),
  );
  const served = [
    // What one has given up may still be in its status, and nobody is told when that goes.
    ...others.flatMap(other =>
      (wantedHostnames(other, facts) ?? []).filter(hostname =>
        other.status?.hostnames?.includes(hostname),
      ),
    ),
    ...facts.systemHostnames,
  ];
  const below = wildcards.flatMap(wildcard => [
    ...served.filter(hostname => isCertified(hostname, wildcard)),
    ...foreignHostnamesBelow(foreign, wildcard, facts),
  ]);
  return [...new Set(below)].sort();
}
