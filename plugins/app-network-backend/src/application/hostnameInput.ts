import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { Informer } from '../engine/types';
import { hostnameClaims } from './hostnameClaims';
import type { PlatformFacts } from '../platform/facts';
import { foreignOwners, type ForeignHosts } from './foreignHosts';
import { concernedBy } from './hostnameIndex';
import { wantedHostnames } from './render/hostnames';
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
> {
  const { taken, shared, takenOver, contested } = hostnameClaims(
    appNetwork,
    concernedBy(appNetworks, wantedHostnames(appNetwork, facts) ?? []),
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
  };
}
