import {
  appNetworkPlatformPermission,
  type ClusterSummary,
} from '@app-network/backstage-plugin-app-network-common';
import { usePermission } from '@backstage/plugin-permission-react';
import { Card, CardBody } from '@backstage/ui';
import cardStyles from '../Card/Card.module.css';
import { Notice } from '../Notice/Notice';
import { ChangeForm } from './ChangeForm';
import { ClusterFrame } from './ClusterFrame';
import { NotAllowed } from './NotAllowed';

/** Changes the platform of a cluster, or installs one: edited, planned, approved, and watched. */
export function ChangePage() {
  return (
    <ClusterFrame
      title={({ title, platform }) =>
        platform ? `Change the platform of ${title}` : `Install on ${title}`
      }
    >
      {cluster => <Change cluster={cluster} />}
    </ClusterFrame>
  );
}

function Change(props: { cluster: ClusterSummary }) {
  const { cluster } = props;
  const { allowed, loading } = usePermission({
    permission: appNetworkPlatformPermission,
  });
  if (loading) {
    return null;
  }
  if (!allowed) {
    return <NotAllowed />;
  }
  if (cluster.state !== 'Ready' && cluster.state !== 'Degraded') {
    return (
      <Notice
        status="danger"
        title={`Cluster ${cluster.title} does not answer`}
        description={cluster.message}
      />
    );
  }
  if (cluster.platform?.metadata.deletionTimestamp) {
    return (
      <Notice
        status="info"
        title="The platform is being removed"
        description="Another one can be installed when it is gone."
      />
    );
  }
  return (
    <Card className={cardStyles.card}>
      <CardBody className={cardStyles.inner}>
        <ChangeForm cluster={cluster} />
      </CardBody>
    </Card>
  );
}
