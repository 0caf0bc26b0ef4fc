import type { SystemComponentStatus } from '@app-network/backstage-plugin-app-network-common';
import { Link, Text } from '@backstage/ui';
import type { HealthLevel } from '../../status/health';
import { DataTable, type DataColumn } from '../DataTable/DataTable';
import { HealthStatus } from '../HealthStatus/HealthStatus';

const COLUMNS: DataColumn[] = [
  { id: 'name', label: 'Name', width: '18%', isRowHeader: true },
  { id: 'url', label: 'Address', width: '30%' },
  { id: 'mesh', label: 'Mesh', width: '10%' },
  { id: 'state', label: 'State', width: '14%' },
  { id: 'message', label: 'Message' },
];

const LEVELS: Record<SystemComponentStatus['state'], HealthLevel> = {
  Ready: 'ready',
  Progressing: 'progress',
  Failed: 'problem',
};

/** What the platform team runs and has put on the network. */
export function SystemComponentTable(props: {
  components: SystemComponentStatus[];
}) {
  return (
    <DataTable
      label="System components"
      columns={COLUMNS}
      rows={props.components.map(component => ({
        id: `${component.namespace}/${component.name}`,
        cells: {
          name: (
            <>
              {component.name}
              <Text as="div" variant="body-small" color="secondary">
                in {component.namespace}
              </Text>
            </>
          ),
          url: component.url ? (
            <Link href={component.url} target="_blank" rel="noopener">
              {component.url}
            </Link>
          ) : (
            '–'
          ),
          mesh: component.mesh ?? '–',
          state: (
            <HealthStatus
              health={{
                level: LEVELS[component.state],
                label: component.state,
              }}
            />
          ),
          message: component.message || '–',
        },
      }))}
    />
  );
}
