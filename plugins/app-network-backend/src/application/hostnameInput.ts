import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { Informer } from '../engine/types';
import { hostnameClaims } from './hostnameClaims';
import { concernedBy } from './hostnameIndex';
import { wantedHostnames, type HostnameFacts } from './render/hostnames';
import type { RenderInput } from './render/types';
import { takenIssuers, type RequestAuthentication } from './takenIssuers';

/**
 * What render has to know of an AppNetwork's hostnames: whose they are, and who shares them, with the issuers whose tokens let nobody in at
 * each of those.
 *
 * @param appNetworks - of the cluster; this one may be among them
 * @param present - RequestAuthentications that AppNetworks have become
 */
export function hostnameInput(
  appNetwork: AppNetwork,
  appNetworks: Pick<Informer<AppNetwork>, 'list' | 'index'>,
  facts: HostnameFacts,
  present: readonly RequestAuthentication[] = [],
): Pick<
  RenderInput,
  'takenHostnames' | 'sharedHostnames' | 'takenOverHostnames'
> {
  const { taken, shared, takenOver } = hostnameClaims(
    appNetwork,
    concernedBy(appNetworks, wantedHostnames(appNetwork, facts) ?? []),
    facts,
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
  };
}
