import type { NetworkPlatform } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { useNow } from '../../hooks/useNow';
import { platformHealth } from '../../status/health';
import { ConditionTable } from '../ConditionTable/ConditionTable';
import { HealthMessage } from '../HealthStatus/HealthMessage';
import { HealthStatus } from '../HealthStatus/HealthStatus';
import { SectionPart } from '../SectionPart/SectionPart';
import { ComponentTable } from './ComponentTable';
import { GatewayAddresses } from './GatewayAddresses';
import { InstallationProgress } from './InstallationProgress';
import styles from './PlatformPage.module.css';

/** How far the network platform of a cluster is. */
export function PlatformDetails(props: { platform: NetworkPlatform }) {
  const { platform } = props;
  const { status, spec } = platform;
  const health = platformHealth(platform);
  const components = status?.components ?? [];
  const now = useNow(health.level === 'progress' ? 1_000 : 30_000);
  return (
    <>
      <SectionPart
        title="Network platform"
        hint={`Profile ${spec?.profile ?? 'development'}, environment ${
          spec?.environmentName ?? 'default'
        }`}
        aside={<HealthStatus health={health} />}
      >
        <div className={styles.details}>
          <HealthMessage health={health} />
          {health.level === 'progress' && components.length > 0 && (
            <InstallationProgress components={components} />
          )}
          <GatewayAddresses status={status} />
        </div>
      </SectionPart>
      <SectionPart title="Components">
        {components.length > 0 ? (
          <ComponentTable components={components} now={now} />
        ) : (
          <Text variant="body-medium" color="secondary">
            None yet: the platform has not been picked up.
          </Text>
        )}
      </SectionPart>
      <SectionPart title="Conditions">
        <ConditionTable conditions={status?.conditions ?? []} now={now} />
      </SectionPart>
    </>
  );
}
