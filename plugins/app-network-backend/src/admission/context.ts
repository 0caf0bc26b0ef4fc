import { NETWORK_PLATFORM_NAME } from '@app-network/backstage-plugin-app-network-common';
import { appNetworkInformers } from '../application/informers';
import type { Cluster } from '../engine/types';
import type { AdmissionContext } from './types';

/** What admission reads of a cluster, from the caches that its controllers fill. */
export function admissionContext(cluster: Cluster): AdmissionContext {
  const { appNetworks, platforms, services, foreign } =
    appNetworkInformers(cluster);
  return {
    appNetworks,
    platform: () => platforms.get(undefined, NETWORK_PLATFORM_NAME),
    services: namespace => services.list(namespace),
    foreign,
    unread: () =>
      [appNetworks, platforms, services]
        .filter(({ hasSynced }) => !hasSynced)
        .map(({ message }) => message),
  };
}
