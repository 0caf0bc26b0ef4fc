import type { AppNetworkView } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import type { Health } from '../../status/health';
import { HealthStatus } from '../HealthStatus/HealthStatus';
import { DeleteButton } from './DeleteButton';
import styles from './NetworkSection.module.css';

/** Name, place and overall status, with what can be done. */
export function SectionHeader(props: {
  view: AppNetworkView;
  clusterTitle: string;
  health: Health;
  headingId: string;
  onDeleted: () => void;
}) {
  const { view, clusterTitle, health, headingId, onDeleted } = props;
  const { name, namespace } = view.appNetwork.metadata;
  return (
    <div className={styles.header}>
      <div className={styles.headerTitle}>
        <Text as="h3" variant="title-small" weight="bold" id={headingId}>
          {name}
        </Text>
        <Text variant="body-small" color="secondary">
          {`Cluster ${clusterTitle} · Namespace ${namespace}`}
        </Text>
      </div>
      <div className={styles.headerActions}>
        <HealthStatus health={health} size="medium" />
        <DeleteButton
          view={view}
          clusterTitle={clusterTitle}
          onDeleted={onDeleted}
        />
      </div>
    </div>
  );
}
