import type { ObjectView } from '@app-network/backstage-plugin-app-network-common';
import { Button, Text } from '@backstage/ui';
import { RiCodeLine } from '@remixicon/react';
import { useState } from 'react';
import { objectHealth } from '../../status/health';
import { DataTable, type DataColumn } from '../DataTable/DataTable';
import { HealthStatus } from '../HealthStatus/HealthStatus';
import { ObjectDialog } from './ObjectDialog';
import styles from './NetworkSection.module.css';
import { objectKey, qualifiedName } from './objectName';

const COLUMNS: DataColumn[] = [
  { id: 'kind', label: 'Kind', width: '20%', isRowHeader: true },
  { id: 'name', label: 'Name', width: '30%', isRowHeader: true },
  { id: 'state', label: 'State', width: '14%' },
  { id: 'message', label: 'Message' },
  { id: 'yaml', label: 'Definition', width: '6.5rem' },
];

/** What an AppNetwork became, each with its YAML. */
export function ObjectTable(props: { objects: ObjectView[] }) {
  const { objects } = props;
  const [opened, setOpened] = useState<string>();
  if (objects.length === 0) {
    return (
      <Text variant="body-medium" color="secondary">
        None yet.
      </Text>
    );
  }
  return (
    <>
      <DataTable
        label="Objects"
        columns={COLUMNS}
        rows={objects.map(object => ({
          id: objectKey(object.ref),
          cells: {
            kind: object.ref.kind,
            name: qualifiedName(object.ref),
            state: <HealthStatus health={objectHealth(object)} />,
            message: object.message || '–',
            yaml: (
              <Button
                size="small"
                variant="tertiary"
                className={styles.yamlButton}
                iconStart={<RiCodeLine />}
                aria-label={`YAML of ${object.ref.kind} ${qualifiedName(
                  object.ref,
                )}`}
                onPress={() => setOpened(objectKey(object.ref))}
              >
                YAML
              </Button>
            ),
          },
        }))}
      />
      <ObjectDialog
        object={objects.find(object => objectKey(object.ref) === opened)}
        onClose={() => setOpened(undefined)}
      />
    </>
  );
}
