import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import { useApi } from '@backstage/core-plugin-api';
import { appNetworkApiRef } from '../api/AppNetworkApi';
import { platformHealth } from '../status/health';
import {
  BUSY_INTERVAL,
  CALM_INTERVAL,
  useLiveData,
  type LiveData,
} from './useLiveData';
import { useSignalRefresh } from './useSignalRefresh';

/** The clusters and their platforms, kept up to date. */
export function useClusters(): LiveData<ClusterSummary[]> {
  const api = useApi(appNetworkApiRef);
  const clusters = useLiveData('clusters', () => api.getClusters(), intervalOf);
  useSignalRefresh(
    signal => (signal.kind === 'AppNetwork' ? undefined : 300),
    clusters.refresh,
  );
  return clusters;
}

function intervalOf(clusters: ClusterSummary[]): number {
  const calm = clusters.every(
    ({ state, platform }) =>
      state === 'Ready' &&
      platform !== undefined &&
      platformHealth(platform).level === 'ready',
  );
  return calm ? CALM_INTERVAL : BUSY_INTERVAL;
}
