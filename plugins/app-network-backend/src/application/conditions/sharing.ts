import type {
  AppNetwork,
  AppNetworkStatus,
} from '@app-network/backstage-plugin-app-network-common';
import { isEgressObject } from '../render/egress/names';
import { GATEWAY, VIRTUAL_SERVICE } from '../render/kinds';
import type { Observation } from './observation';

/** A hostname of an AppNetwork that another one of its namespace holds. */
export interface LentHostname {
  hostname: string;
  holder: AppNetwork;
  /** Whether the holder has the AppNetwork's routes at its Gateway, as its status says. */
  served: boolean;
}

/** The hostnames that are served by another AppNetwork's Gateway, and what becomes of them there. */
export function lentHostnames({
  appNetwork,
  rendered,
  sharedHostnames,
}: Observation): LentHostname[] {
  const { name } = appNetwork.metadata;
  return (rendered.sharedHostnames ?? [])
    .filter(({ heldBy }) => heldBy !== name)
    .flatMap(({ hostname }) => {
      const holder = sharedHostnames.find(
        shared => shared.hostname === hostname,
      )?.members[0]?.appNetwork;
      const programmed = holder?.status?.sharedHostnames?.find(
        shared => shared.hostname === hostname,
      );
      return holder
        ? [
            {
              hostname,
              holder,
              served:
                programmed?.heldBy === holder.metadata.name &&
                programmed.appNetworks.includes(name),
            },
          ]
        : [];
    });
}

/** Who shares which hostname; of those that the AppNetwork holds, whose routes are in place. */
export function programmedHostnames({
  appNetwork,
  rendered,
  result,
}: Observation): AppNetworkStatus['sharedHostnames'] {
  const { name } = appNetwork.metadata;
  const isMissing = [...result.failures, ...result.conflicts].some(
    ({ ref }) =>
      [GATEWAY.kind, VIRTUAL_SERVICE.kind].some(kind => kind === ref.kind) &&
      !isEgressObject(appNetwork, ref),
  );
  return rendered.sharedHostnames?.map(shared =>
    isMissing && shared.heldBy === name
      ? { ...shared, appNetworks: [name] }
      : shared,
  );
}
