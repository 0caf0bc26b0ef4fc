import { KUBERNETES_ID } from '@app-network/backstage-plugin-app-network-common';
import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { Entity } from '@backstage/catalog-model';
import { parseLabelSelector, type LabelSelector } from './labelSelector';

/** Where an entity's AppNetworks are, as its annotations say. */
export interface EntityQuery {
  /** The one cluster to look at; undefined: all. */
  cluster: string | undefined;
  /** The one namespace to look at; undefined: all. */
  namespace: string | undefined;
  selects: LabelSelector;
}

/**
 * Reads the annotations of an entity as Backstage's Kubernetes plugin does (its documentation, "Surfacing your Kubernetes components as part
 * of an entity"): `backstage.io/kubernetes-id` (default: the entity's name), `backstage.io/kubernetes-namespace`,
 * `backstage.io/kubernetes-label-selector`, which wins over the id, and `backstage.io/kubernetes-cluster`. An AppNetwork that carries the
 * entity's id belongs to it in any case: the selector is often written for pods.
 *
 * @throws InputError naming the entity and the annotation
 */
export function entityQuery(entity: Entity): EntityQuery {
  const annotations = entity.metadata.annotations ?? {};
  const id = annotations[KUBERNETES_ID] || entity.metadata.name;
  const selector = annotations[LABEL_SELECTOR];
  const selects = selector ? parse(entity, selector) : () => false;
  return {
    cluster: annotations[CLUSTER] || undefined,
    namespace: annotations[NAMESPACE] || undefined,
    selects: labels => labels[KUBERNETES_ID] === id || selects(labels),
  };
}

/** Those that belong to the entity, by name. */
export function selectAppNetworks(
  query: EntityQuery,
  appNetworks: AppNetwork[],
): AppNetwork[] {
  return appNetworks
    .filter(
      ({ metadata }) =>
        (!query.namespace || metadata.namespace === query.namespace) &&
        query.selects(metadata.labels ?? {}),
    )
    .sort((a, b) => sortKey(a).localeCompare(sortKey(b)));
}

const NAMESPACE = 'backstage.io/kubernetes-namespace';
const LABEL_SELECTOR = 'backstage.io/kubernetes-label-selector';
const CLUSTER = 'backstage.io/kubernetes-cluster';

function parse(entity: Entity, selector: string): LabelSelector {
  try {
    return parseLabelSelector(selector);
  } catch (error) {
    if (error instanceof Error) {
      error.message = `${entity.kind} ${entity.metadata.name}, annotation ${LABEL_SELECTOR}: ${error.message}`;
    }
    throw error;
  }
}

function sortKey({ metadata }: AppNetwork): string {
  return `${metadata.namespace}/${metadata.name}`;
}
