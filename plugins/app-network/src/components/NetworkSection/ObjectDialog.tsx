import type { ObjectView } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { stringify } from 'yaml';
import { objectHealth } from '../../status/health';
import { CodeBlock } from '../Copy/CodeBlock';
import { ReadDialog } from '../Dialog/ReadDialog';
import { HealthMessage } from '../HealthStatus/HealthMessage';
import styles from './NetworkSection.module.css';
import { qualifiedName } from './objectName';

/** The YAML of an object as the cluster has it. */
export function ObjectDialog(props: {
  object: ObjectView | undefined;
  onClose: () => void;
}) {
  const { object, onClose } = props;
  return (
    <ReadDialog
      title={object && `${object.ref.kind} ${qualifiedName(object.ref)}`}
      onClose={onClose}
    >
      {object && (
        <div className={styles.dialogBody}>
          <HealthMessage health={objectHealth(object)} />
          {object.object ? (
            <CodeBlock
              label={`YAML of ${object.ref.kind} ${object.ref.name}`}
              text={stringify(object.object)}
            />
          ) : (
            <Text variant="body-medium" color="secondary">
              The cluster has no such object at the moment.
            </Text>
          )}
        </div>
      )}
    </ReadDialog>
  );
}
