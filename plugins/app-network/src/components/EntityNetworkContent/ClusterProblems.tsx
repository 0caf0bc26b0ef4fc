import type { EntityNetworks } from '@app-network/backstage-plugin-app-network-common';
import { Notice } from '../Notice/Notice';

/** Names the clusters that could not be asked, each with the cause and what to do. */
export function ClusterProblems(props: { networks: EntityNetworks }) {
  const { networks } = props;
  return (
    <>
      {networks.errors.map(({ cluster, message }) => (
        <Notice
          key={cluster}
          status="warning"
          title={titleOf(networks, cluster)}
          description={message}
        />
      ))}
    </>
  );
}

function titleOf({ clusters, items }: EntityNetworks, cluster: string): string {
  const title = clusters.find(({ name }) => name === cluster)?.title ?? cluster;
  if (items.some(item => item.cluster === cluster)) {
    return `Cluster ${title} cannot be asked; what is shown of it was read before`;
  }
  return items.length > 0
    ? `Cluster ${title} cannot be asked; the others are shown`
    : `Cluster ${title} cannot be asked`;
}
