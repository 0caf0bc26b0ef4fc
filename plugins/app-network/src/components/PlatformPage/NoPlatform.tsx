import {
  API_VERSION,
  appNetworkPlatformPermission,
  NETWORK_PLATFORM_NAME,
  type ClusterSummary,
} from '@app-network/backstage-plugin-app-network-common';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { ButtonLink, Text } from '@backstage/ui';
import { stringify } from 'yaml';
import { changePlatformRouteRef } from '../../routes';
import { CodeBlock } from '../Copy/CodeBlock';
import { SectionPart } from '../SectionPart/SectionPart';
import styles from './PlatformPage.module.css';

const EXAMPLE = stringify({
  apiVersion: API_VERSION,
  kind: 'NetworkPlatform',
  metadata: { name: NETWORK_PLATFORM_NAME },
  spec: { profile: 'development' },
});

/** What to do about a cluster that has no network platform. */
export function NoPlatform(props: { cluster: ClusterSummary }) {
  const { name, title } = props.cluster;
  const change = useRouteRef(changePlatformRouteRef);
  const { allowed } = usePermission({
    permission: appNetworkPlatformPermission,
  });
  return (
    <SectionPart title="No NetworkPlatform on this cluster">
      <div className={styles.details}>
        <Text as="p" variant="body-medium">
          Until there is one, applications on it cannot be put on the network.
        </Text>
        {allowed && change && (
          <div>
            <ButtonLink
              href={change({ cluster: name })}
              variant="primary"
              aria-label={`Install a platform on ${title}`}
            >
              Install a platform
            </ButtonLink>
          </div>
        )}
        <Text as="p" variant="body-medium">
          {allowed && change ? 'Or apply' : 'Apply'} this to it, and Istio and
          cert-manager are installed and watched here:
        </Text>
        <CodeBlock label="Example of a NetworkPlatform" text={EXAMPLE} />
      </div>
    </SectionPart>
  );
}
