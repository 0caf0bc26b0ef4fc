import type { NetworkPlatform } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import { useNow } from '../../hooks/useNow';
import { platformHealth } from '../../status/health';
import { ConditionTable } from '../ConditionTable/ConditionTable';
import { HealthMessage } from '../HealthStatus/HealthMessage';
import { HealthStatus } from '../HealthStatus/HealthStatus';
import { SectionPart } from '../SectionPart/SectionPart';
import { ComponentTable } from './ComponentTable';
import { GatewayAddresses } from './GatewayAddresses';
import { InstallationProgress } from './InstallationProgress';
import { SystemComponentTable } from './SystemComponentTable';
import styles from './PlatformPage.module.css';

/** How far the network platform of a cluster is. */
export function PlatformDetails(props: {
  cluster: string;
  platform: NetworkPlatform;
  actions?: ReactNode;
}) {
  const { cluster, platform, actions } = props;
  const { status, spec } = platform;
  const health = platformHealth(platform);
  const components = status?.components ?? [];
  const systemComponents = status?.systemComponents ?? [];
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
          {actions && <div className={styles.actions}>{actions}</div>}
          <HealthMessage health={health} />
          {health.level === 'progress' && components.length > 0 && (
            <InstallationProgress components={components} />
          )}
          <GatewayAddresses status={status} />
        </div>
      </SectionPart>
      <SectionPart title="Components">
        {components.length > 0 ? (
          <ComponentTable cluster={cluster} components={components} now={now} />
        ) : (
          <Text variant="body-medium" color="secondary">
            None yet: the platform has not been picked up.
          </Text>
        )}
      </SectionPart>
      {systemComponents.length > 0 && (
        <SectionPart title="System components">
          <SystemComponentTable components={systemComponents} />
        </SectionPart>
      )}
      <SectionPart title="Conditions">
        <ConditionTable conditions={status?.conditions ?? []} now={now} />
      </SectionPart>
    </>
  );
}
