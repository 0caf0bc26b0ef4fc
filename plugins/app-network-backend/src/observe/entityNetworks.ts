import type {
  AppNetwork,
  AppNetworkView,
  EntityNetworks,
} from '@app-network/backstage-plugin-app-network-common';
import type { Entity } from '@backstage/catalog-model';
import type { ClusterRegistry } from '../clusters/types';
import type { Cluster } from '../engine/types';
import { APP_NETWORK } from '../kinds';
import { entityQuery, selectAppNetworks } from './entity';

/**
 * What an entity's Network tab shows: its AppNetworks on each cluster that can be asked, and why the others can't.
 *
 * @throws InputError where an annotation of the entity makes no sense
 */
export async function entityNetworks(
  clusters: ClusterRegistry,
  entity: Entity,
  view: (cluster: Cluster, appNetwork: AppNetwork) => Promise<AppNetworkView>,
): Promise<EntityNetworks> {
  const query = entityQuery(entity);
  const asked = clusters
    .list()
    .filter(({ name }) => !query.cluster || query.cluster === name);
  const result: EntityNetworks = { items: [], errors: [], clusters: asked };
  if (query.cluster && asked.length === 0) {
    result.errors.push({
      cluster: query.cluster,
      message: `appNetwork.clusters has no cluster ‘${query.cluster}’, which the annotation backstage.io/kubernetes-cluster of the entity names`,
    });
  }
  for (const { name } of asked) {
    try {
      const cluster = clusters.get(name);
      const informer = cluster.informers.informer<AppNetwork>(APP_NETWORK);
      if (informer.state !== 'Synced') {
        result.errors.push({
          cluster: name,
          message: informer.message || 'AppNetworks are still being read',
        });
      }
      // What was read before a cluster was lost is better than nothing, and the error beside it says how far to trust it.
      for (const item of selectAppNetworks(query, informer.list())) {
        result.items.push(await view(cluster, item));
      }
    } catch (error) {
      result.errors.push({
        cluster: name,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return result;
}
