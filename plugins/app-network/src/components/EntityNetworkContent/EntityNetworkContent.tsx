import type { EntityNetworks } from '@app-network/backstage-plugin-app-network-common';
import { getCompoundEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Flex } from '@backstage/ui';
import { useEntityNetworks } from '../../hooks/useEntityNetworks';
import { ErrorState } from '../ErrorState/ErrorState';
import { LoadingCards } from '../ErrorState/LoadingCards';
import { StaleNotice } from '../ErrorState/StaleNotice';
import { NetworkSection } from '../NetworkSection/NetworkSection';
import { NoAppNetwork } from '../NoAppNetwork/NoAppNetwork';
import { ClusterProblems } from './ClusterProblems';
import { DeletionNotice } from './DeletionNotice';

/** The Network tab of an entity. */
export function EntityNetworkContent() {
  const { entity } = useEntity();
  const { data, error, refresh } = useEntityNetworks(
    getCompoundEntityRef(entity),
  );

  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={refresh} />
    ) : (
      <LoadingCards label="Loading networks" />
    );
  }
  return (
    <Flex direction="column" gap="4">
      {error !== undefined && <StaleNotice error={error} />}
      <ClusterProblems networks={data} />
      <DeletionNotice networks={data} />
      {data.items.map(view => (
        <NetworkSection
          key={`${view.cluster}/${view.appNetwork.metadata.namespace}/${view.appNetwork.metadata.name}`}
          view={view}
          clusterTitle={titleOf(data, view.cluster)}
          onDeleted={refresh}
        />
      ))}
      {data.items.length === 0 && (
        <NoAppNetwork entity={entity} networks={data} />
      )}
    </Flex>
  );
}

function titleOf(networks: EntityNetworks, cluster: string): string {
  return (
    networks.clusters.find(({ name }) => name === cluster)?.title ?? cluster
  );
}
