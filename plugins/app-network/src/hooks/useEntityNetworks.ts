import type {
  AppNetworkSignal,
  EntityNetworks,
} from '@app-network/backstage-plugin-app-network-common';
import {
  stringifyEntityRef,
  type CompoundEntityRef,
} from '@backstage/catalog-model';
import { useApi } from '@backstage/core-plugin-api';
import { appNetworkApiRef } from '../api/AppNetworkApi';
import { appNetworkHealth } from '../status/health';
import {
  BUSY_INTERVAL,
  CALM_INTERVAL,
  useLiveData,
  type LiveData,
} from './useLiveData';
import { useSignalRefresh } from './useSignalRefresh';

const SHOWN_DELAY = 300;
/** A change elsewhere may be a new AppNetwork of this entity; with many applications most are not. */
const OTHER_DELAY = 5_000;

/** The AppNetworks of an entity, kept up to date. */
export function useEntityNetworks(
  entityRef: CompoundEntityRef,
): LiveData<EntityNetworks> {
  const api = useApi(appNetworkApiRef);
  const networks = useLiveData(
    `networks:${stringifyEntityRef(entityRef)}`,
    () => api.getEntityNetworks(entityRef),
    intervalOf,
  );
  useSignalRefresh(signal => delayOf(signal, networks.data), networks.refresh);
  return networks;
}

function intervalOf({ items, errors }: EntityNetworks): number {
  const calm =
    items.length > 0 &&
    errors.length === 0 &&
    items.every(item => appNetworkHealth(item.appNetwork).level === 'ready');
  return calm ? CALM_INTERVAL : BUSY_INTERVAL;
}

function delayOf(
  signal: AppNetworkSignal,
  networks: EntityNetworks | undefined,
): number | undefined {
  if (signal.kind !== 'AppNetwork') {
    return undefined;
  }
  const shown = networks?.items.some(
    ({ cluster, appNetwork }) =>
      cluster === signal.cluster &&
      appNetwork.metadata.namespace === signal.namespace &&
      appNetwork.metadata.name === signal.name,
  );
  return shown || !networks?.items.length ? SHOWN_DELAY : OTHER_DELAY;
}
