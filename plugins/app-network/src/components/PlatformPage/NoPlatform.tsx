import {
  API_VERSION,
  NETWORK_PLATFORM_NAME,
} from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { stringify } from 'yaml';
import { CodeBlock } from '../Copy/CodeBlock';
import { SectionPart } from '../SectionPart/SectionPart';
import styles from './PlatformPage.module.css';

const EXAMPLE = stringify({
  apiVersion: API_VERSION,
  kind: 'NetworkPlatform',
  metadata: { name: NETWORK_PLATFORM_NAME },
  spec: { profile: 'development' },
});

/** What to apply to a cluster that has no network platform. */
export function NoPlatform() {
  return (
    <SectionPart title="No NetworkPlatform on this cluster">
      <div className={styles.details}>
        <Text as="p" variant="body-medium">
          Apply this to it, and Istio and cert-manager are installed and watched
          here. Until then, applications on it cannot be put on the network.
        </Text>
        <CodeBlock label="Example of a NetworkPlatform" text={EXAMPLE} />
      </div>
    </SectionPart>
  );
}
