import {
  API_VERSION,
  NETWORK_PLATFORM_NAME,
  ownerLabelValue,
  type AppNetwork,
  type AppNetworkView,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { RENDERED_KINDS } from '../application/render/kinds';
import { MANAGED_BY_SELECTOR } from '../engine/reconcileOwned';
import type { Cluster } from '../engine/types';
import { appNetworkView } from './appNetworkView';

/** The cluster's NetworkPlatform, from its cache. */
export function observePlatform(cluster: Cluster): NetworkPlatform | undefined {
  return cluster.informers
    .informer<NetworkPlatform>({
      apiVersion: API_VERSION,
      kind: 'NetworkPlatform',
    })
    .get(undefined, NETWORK_PLATFORM_NAME);
}

/** What an AppNetwork became, from the cluster's caches. */
export function observeAppNetwork(
  cluster: Cluster,
  appNetwork: AppNetwork,
): AppNetworkView {
  const owner = ownerLabelValue({
    namespace: appNetwork.metadata.namespace,
    name: appNetwork.metadata.name,
  });
  const observed = RENDERED_KINDS.flatMap(kind =>
    cluster.informers
      .informer(kind, { labelSelector: MANAGED_BY_SELECTOR })
      .ownedBy(owner),
  );
  return appNetworkView({
    cluster: cluster.name,
    appNetwork,
    desired: appNetwork.status?.resources ?? [],
    observed,
    routes: [],
  });
}
