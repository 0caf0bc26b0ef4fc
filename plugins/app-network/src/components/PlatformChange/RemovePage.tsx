import {
  appNetworkPlatformPermission,
  type ClusterSummary,
} from '@app-network/backstage-plugin-app-network-common';
import { usePermission } from '@backstage/plugin-permission-react';
import { Card, CardBody } from '@backstage/ui';
import { useState } from 'react';
import cardStyles from '../Card/Card.module.css';
import { Notice } from '../Notice/Notice';
import { ClusterFrame } from './ClusterFrame';
import { NotAllowed } from './NotAllowed';
import { RemoveForm } from './RemoveForm';
import { Removing } from './Removing';

/** Removes the platform of a cluster: planned, confirmed, and watched. */
export function RemovePage() {
  return (
    <ClusterFrame title={({ title }) => `Remove the platform of ${title}`}>
      {cluster => <Remove cluster={cluster} />}
    </ClusterFrame>
  );
}

function Remove(props: { cluster: ClusterSummary }) {
  const { cluster } = props;
  const [isAsked, setAsked] = useState(false);
  const { allowed, loading } = usePermission({
    permission: appNetworkPlatformPermission,
  });
  if (loading) {
    return null;
  }
  if (isAsked || cluster.platform?.metadata.deletionTimestamp) {
    return <Removing cluster={cluster} />;
  }
  if (!cluster.platform) {
    return (
      <Notice
        status="info"
        title="There is nothing to remove"
        description={cluster.message || 'This cluster has no network platform.'}
      />
    );
  }
  return allowed ? (
    <Card className={cardStyles.card}>
      <CardBody className={cardStyles.inner}>
        <RemoveForm
          cluster={cluster}
          platform={cluster.platform}
          onRemoved={() => setAsked(true)}
        />
      </CardBody>
    </Card>
  ) : (
    <NotAllowed />
  );
}
