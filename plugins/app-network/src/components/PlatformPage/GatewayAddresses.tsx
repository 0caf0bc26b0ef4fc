import type { NetworkPlatformStatus } from '@app-network/backstage-plugin-app-network-common';
import { AddressList } from '../AddressList/AddressList';
import { DescriptionList } from '../DescriptionList/DescriptionList';

/** Where requests enter the cluster. */
export function GatewayAddresses(props: {
  status: NetworkPlatformStatus | undefined;
}) {
  const { applications, system } = props.status?.ingress ?? {};
  const systemAddresses = system?.addresses ?? [];
  return (
    <DescriptionList
      entries={[
        {
          term: 'Applications',
          description: (
            <AddressList addresses={applications?.addresses ?? []} />
          ),
        },
        ...(systemAddresses.length > 0
          ? [
              {
                term: 'System components',
                description: <AddressList addresses={systemAddresses} />,
              },
            ]
          : []),
      ]}
    />
  );
}
