import { Container, Flex, Header } from '@backstage/ui';
import { useClusters } from '../../hooks/useClusters';
import { ErrorState } from '../ErrorState/ErrorState';
import { LoadingCards } from '../ErrorState/LoadingCards';
import { StaleNotice } from '../ErrorState/StaleNotice';
import { ClusterCard } from './ClusterCard';
import { NoClusters } from './NoClusters';

/** The clusters, and the network platform of each. */
export function PlatformPage() {
  return (
    <>
      <Header
        title="Network platform"
        description="What puts the applications of each cluster on the network: gateways, mesh and certificates."
      />
      <Container>
        <Flex direction="column" gap="4" pb="8">
          <Clusters />
        </Flex>
      </Container>
    </>
  );
}

function Clusters() {
  const { data, error, refresh } = useClusters();
  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={refresh} />
    ) : (
      <LoadingCards label="Loading clusters" />
    );
  }
  return (
    <>
      {error !== undefined && <StaleNotice error={error} />}
      {data.length === 0 && <NoClusters />}
      {data.map(cluster => (
        <ClusterCard key={cluster.name} cluster={cluster} />
      ))}
    </>
  );
}
