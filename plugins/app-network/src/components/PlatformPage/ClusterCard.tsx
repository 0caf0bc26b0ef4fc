import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import { Card, CardBody, CardHeader, Text } from '@backstage/ui';
import { useId } from 'react';
import { clusterHealth } from '../../status/health';
import cardStyles from '../Card/Card.module.css';
import { HealthMessage } from '../HealthStatus/HealthMessage';
import { HealthStatus } from '../HealthStatus/HealthStatus';
import { NoPlatform } from './NoPlatform';
import { PlatformActions } from './PlatformActions';
import { PlatformDetails } from './PlatformDetails';
import styles from './PlatformPage.module.css';

/** One cluster: whether it answers, and its platform. */
export function ClusterCard(props: { cluster: ClusterSummary }) {
  const { cluster } = props;
  const health = clusterHealth(cluster);
  const headingId = useId();
  return (
    <section aria-labelledby={headingId}>
      <Card className={cardStyles.card}>
        <CardHeader className={cardStyles.inner}>
          <div className={styles.header}>
            <div className={styles.title}>
              <Text as="h3" variant="title-small" weight="bold" id={headingId}>
                {cluster.title}
              </Text>
              <Text variant="body-small" color="secondary">
                {describe(cluster)}
              </Text>
            </div>
            <HealthStatus health={health} size="medium" />
          </div>
        </CardHeader>
        <CardBody className={cardStyles.inner}>
          <HealthMessage health={health} />
          <Platform cluster={cluster} />
        </CardBody>
      </Card>
    </section>
  );
}

function Platform(props: { cluster: ClusterSummary }) {
  const { platform, state } = props.cluster;
  if (platform) {
    return (
      <PlatformDetails
        cluster={props.cluster.name}
        platform={platform}
        actions={<PlatformActions cluster={props.cluster} />}
      />
    );
  }
  // A cluster that does not answer may well have a platform.
  return state === 'Ready' || state === 'Degraded' ? (
    <NoPlatform cluster={props.cluster} />
  ) : null;
}

function describe({ name, title, version }: ClusterSummary): string {
  return [
    name === title ? undefined : name,
    version ? `Kubernetes ${version}` : 'Version not known yet',
  ]
    .filter(Boolean)
    .join(' · ');
}
