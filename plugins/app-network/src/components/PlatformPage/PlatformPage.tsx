import { Container, Flex, Header } from '@backstage/ui';
import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router-dom';
import { useClusters } from '../../hooks/useClusters';
import { ErrorState } from '../ErrorState/ErrorState';
import { LoadingCards } from '../ErrorState/LoadingCards';
import { StaleNotice } from '../ErrorState/StaleNotice';
import { ClusterCard } from './ClusterCard';
import { NoClusters } from './NoClusters';

const ChangePage = lazy(() =>
  import('../PlatformChange/ChangePage').then(module => ({
    default: module.ChangePage,
  })),
);
const RemovePage = lazy(() =>
  import('../PlatformChange/RemovePage').then(module => ({
    default: module.RemovePage,
  })),
);

/** The clusters and their network platforms, and where one is changed. */
export function PlatformPage() {
  return (
    <Suspense fallback={<LoadingCards label="Loading the page" />}>
      <Routes>
        <Route path=":cluster/change" element={<ChangePage />} />
        <Route path=":cluster/remove" element={<RemovePage />} />
        <Route path="*" element={<ClustersPage />} />
      </Routes>
    </Suspense>
  );
}

function ClustersPage() {
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
