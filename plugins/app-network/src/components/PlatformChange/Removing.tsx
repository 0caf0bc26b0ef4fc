import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import { Card, CardBody } from '@backstage/ui';
import cardStyles from '../Card/Card.module.css';
import { Notice } from '../Notice/Notice';
import { PlatformDetails } from '../PlatformPage/PlatformDetails';

/** How far a removal is. */
export function Removing(props: { cluster: ClusterSummary }) {
  const { name, title, platform } = props.cluster;
  if (!platform) {
    return (
      <Notice
        status="success"
        title={`The platform of ${title} is removed`}
        description="What it had installed is gone."
      />
    );
  }
  return (
    <>
      <Notice
        status="info"
        title="The platform is being removed"
        description="You may leave this page; it goes on by itself."
      />
      <Card className={cardStyles.card}>
        <CardBody className={cardStyles.inner}>
          <PlatformDetails cluster={name} platform={platform} />
        </CardBody>
      </Card>
    </>
  );
}
