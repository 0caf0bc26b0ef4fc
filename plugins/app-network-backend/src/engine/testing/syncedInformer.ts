import {
  OWNER_LABEL,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { Informer, KindRef } from '../types';

/** A cache that is filled with some objects and never changes. */
export function syncedInformer<T extends KubernetesObject>(
  kind: KindRef,
  objects: readonly T[] = [],
): Informer<T> {
  return {
    kind,
    state: 'Synced',
    message: '',
    hasSynced: true,
    get: (namespace, name) =>
      objects.find(
        ({ metadata }) =>
          metadata.namespace === namespace && metadata.name === name,
      ),
    list: namespace =>
      objects.filter(
        ({ metadata }) => !namespace || metadata.namespace === namespace,
      ),
    ownedBy: value =>
      objects.filter(
        ({ metadata }) => metadata.labels?.[OWNER_LABEL] === value,
      ),
    index: valuesOf => ({
      get: value => objects.filter(object => valuesOf(object).includes(value)),
    }),
    onChange: () => () => {},
  };
}
