import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { lentHostnames } from '../../status/sharing';
import { AddressList } from '../AddressList/AddressList';
import { DescriptionList } from '../DescriptionList/DescriptionList';
import { CertificateDetails } from './CertificateDetails';
import { HostnameList } from './HostnameList';

/** Where the application is reached, and what secures it. */
export function Summary(props: { appNetwork: AppNetwork; now: Date }) {
  const { appNetwork, now } = props;
  const { spec, status } = appNetwork;
  if (spec?.expose === false) {
    return (
      <Text variant="body-medium" color="secondary">
        Not reachable from outside the cluster (spec.expose is false): it has
        policies only.
      </Text>
    );
  }
  return (
    <DescriptionList
      entries={[
        {
          term: 'Hostnames',
          description: <HostnameList appNetwork={appNetwork} />,
        },
        {
          term: 'Gateway addresses',
          description: <AddressList addresses={status?.addresses ?? []} />,
        },
        {
          term: 'Certificate',
          description: (
            <CertificateDetails
              certificate={status?.certificate}
              isPassthrough={spec?.tls?.mode === 'Passthrough'}
              lent={lentHostnames(appNetwork)}
              now={now}
            />
          ),
        },
      ]}
    />
  );
}
