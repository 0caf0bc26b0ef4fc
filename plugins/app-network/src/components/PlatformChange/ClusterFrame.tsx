import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Container, Flex, Header } from '@backstage/ui';
import { RiArrowLeftLine } from '@remixicon/react';
import type { ReactNode } from 'react';
import { useParams } from 'react-router-dom';
import { useClusters } from '../../hooks/useClusters';
import { rootRouteRef } from '../../routes';
import { ErrorState } from '../ErrorState/ErrorState';
import { LoadingCards } from '../ErrorState/LoadingCards';
import { StaleNotice } from '../ErrorState/StaleNotice';
import { Notice } from '../Notice/Notice';

/** A page about the cluster in its address, kept up to date. */
export function ClusterFrame(props: {
  title: (cluster: ClusterSummary) => string;
  children: (cluster: ClusterSummary) => ReactNode;
}) {
  const { cluster: name } = useParams();
  const { data, error, refresh } = useClusters();
  const root = useRouteRef(rootRouteRef);
  const cluster = data?.find(other => other.name === name);
  return (
    <>
      <Header
        title={cluster ? props.title(cluster) : 'Network platform'}
        customActions={
          root && (
            <ButtonLink
              href={root()}
              variant="secondary"
              iconStart={<RiArrowLeftLine />}
            >
              All clusters
            </ButtonLink>
          )
        }
      />
      <Container>
        <Flex direction="column" gap="4" pb="8">
          {!data && error !== undefined && (
            <ErrorState error={error} onRetry={refresh} />
          )}
          {!data && error === undefined && (
            <LoadingCards label="Loading the cluster" />
          )}
          {data && error !== undefined && <StaleNotice error={error} />}
          {data && !cluster && (
            <Notice
              status="danger"
              title={`There is no cluster ${name}`}
              description="It is not in appNetwork.clusters of this portal."
            />
          )}
          {cluster && props.children(cluster)}
        </Flex>
      </Container>
    </>
  );
}
