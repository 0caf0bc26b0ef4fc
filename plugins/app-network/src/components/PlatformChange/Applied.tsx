import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import { Notice } from '../Notice/Notice';
import { PlatformDetails } from '../PlatformPage/PlatformDetails';

/** What becomes of a plan that the cluster has taken, as it goes. */
export function Applied(props: { cluster: ClusterSummary }) {
  const { cluster } = props;
  return (
    <>
      <Notice
        status="success"
        title="The plan is applied"
        description="Below is how far it is. You may leave this page; it goes on by itself."
      />
      {cluster.platform && (
        <PlatformDetails cluster={cluster.name} platform={cluster.platform} />
      )}
    </>
  );
}
