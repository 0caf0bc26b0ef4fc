import {
  NETWORK_PLATFORM_NAME,
  type AppNetwork,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import type { Informer } from '../engine/types';
import { DEFAULT_PLATFORM } from '../kinds';
import { platformFacts } from '../platform/facts';
import type { ForeignHosts } from './foreignHosts';
import { hostnameInput } from './hostnameInput';
import { render } from './render/render';
import type { Problem, Service } from './render/types';
import { takenIssuers } from './takenIssuers';

/** What keeps every AppNetwork of a cluster without a platform from being served. */
export const PLATFORM_MISSING = {
  reason: 'PlatformMissing',
  message: `This cluster has no NetworkPlatform ${NETWORK_PLATFORM_NAME}, so that there is no gateway to be served by. Apply one; an empty spec will do.`,
};

/**
 * Everything that is wrong with an AppNetwork, as its status would say it. There is one list, of what can't be rendered as asked, whoever asks
 * for it. Secrets are not looked at.
 *
 * @param around - the platform, undefined where there is none; AppNetworks of the cluster, among which may be the one that is checked; and
 *   Services of its namespace; and Gateways and Ingresses that this project has not made
 */
export function appNetworkProblems(
  appNetwork: AppNetwork,
  around: {
    platform: NetworkPlatform | undefined;
    appNetworks: Pick<Informer<AppNetwork>, 'list' | 'index'>;
    services: readonly Service[];
    foreign: ForeignHosts;
  },
): Problem[] {
  const { platform, appNetworks, services, foreign } = around;
  const facts = platformFacts(platform ?? DEFAULT_PLATFORM);
  const { problems } = render(appNetwork, facts, {
    services,
    certificateSecret: 'Unread',
    ...hostnameInput(appNetwork, appNetworks, facts, foreign),
    neighbours: appNetworks
      .list(appNetwork.metadata.namespace)
      .filter(({ metadata }) => metadata.name !== appNetwork.metadata.name),
    takenIssuers: takenIssuers(appNetwork, appNetworks.list()),
  });
  return platform
    ? problems
    : [
        ...problems.filter(({ certain }) => certain),
        { condition: 'Ready', ...PLATFORM_MISSING },
      ];
}
