import {
  NETWORK_PLATFORM_NAME,
  ownerLabelValue,
  type AppNetwork,
  type AppNetworkView,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import {
  appNetworkInformers,
  type AppNetworkInformers,
} from '../application/informers';
import { listPods } from '../application/podLooks';
import { readInput, withPods } from '../application/readInput';
import { render } from '../application/render/render';
import type { Rendered } from '../application/render/types';
import { isKubernetesError } from '../engine/errors';
import { isDeleting } from '../engine/finalizer';
import { objectRef } from '../engine/objects';
import type { Cluster } from '../engine/types';
import { NETWORK_PLATFORM } from '../kinds';
import { platformFacts } from '../platform/facts';
import { appNetworkView } from './appNetworkView';

/** The cluster's NetworkPlatform, from its cache. */
export function observePlatform(cluster: Cluster): NetworkPlatform | undefined {
  return cluster.informers
    .informer<NetworkPlatform>(NETWORK_PLATFORM)
    .get(undefined, NETWORK_PLATFORM_NAME);
}

/**
 * What an AppNetwork became, and what it should: rendered as the controller renders it, and looked up in the caches. Where it can't be
 * rendered, for example while there is no platform, its status says what was made.
 */
export async function observeAppNetwork(
  cluster: Cluster,
  appNetwork: AppNetwork,
): Promise<AppNetworkView> {
  const { namespace, name } = appNetwork.metadata;
  const informers = appNetworkInformers(cluster);
  const rendered = await renderAsController(cluster, informers, appNetwork);
  const owner = ownerLabelValue({ namespace, name });
  return appNetworkView({
    cluster: cluster.name,
    appNetwork,
    desired:
      rendered?.objects.map(objectRef) ?? appNetwork.status?.resources ?? [],
    observed: informers.owned.flatMap(informer => informer.ownedBy(owner)),
    routes: rendered?.routes ?? [],
  });
}

async function renderAsController(
  cluster: Cluster,
  informers: AppNetworkInformers,
  appNetwork: AppNetwork,
): Promise<Pick<Rendered, 'objects' | 'routes'> | undefined> {
  if (isDeleting(appNetwork)) {
    return { objects: [], routes: [] };
  }
  const platform = observePlatform(cluster);
  if (!platform || !informers.services.hasSynced) {
    return undefined;
  }
  const facts = platformFacts(platform);
  try {
    const [input, pods] = await Promise.all([
      readInput(cluster.client, informers, appNetwork, facts),
      listPods(cluster.client, appNetwork),
    ]);
    return render(appNetwork, facts, withPods(input, pods));
  } catch (error) {
    // Pods and a Secret of the user's own are asked of the API server, which may not answer; what the caches have is shown all the same.
    if (isKubernetesError(error)) {
      return undefined;
    }
    throw error;
  }
}
