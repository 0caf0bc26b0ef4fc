import type { EntityNetworks } from '@app-network/backstage-plugin-app-network-common';
import { Alert } from '@backstage/ui';

/** Names the clusters that could not be asked, each with the cause and what to do. */
export function ClusterProblems(props: { networks: EntityNetworks }) {
  const { errors, clusters, items } = props.networks;
  return (
    <>
      {errors.map(({ cluster, message }) => (
        <Alert
          key={cluster}
          role="alert"
          status="warning"
          icon
          title={`Cluster ${
            clusters.find(({ name }) => name === cluster)?.title ?? cluster
          } could not be asked${
            items.length > 0 ? '; what the other clusters say is below' : ''
          }`}
          description={message}
        />
      ))}
    </>
  );
}
