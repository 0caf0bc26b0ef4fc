import type { ComponentStatus } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { componentHealth } from '../../status/health';
import { fullTime, relativeTime } from '../../status/relativeTime';
import { DataTable, type DataColumn } from '../DataTable/DataTable';
import { HealthStatus } from '../HealthStatus/HealthStatus';

const COLUMNS: DataColumn[] = [
  { id: 'release', label: 'Release', width: '20%', isRowHeader: true },
  { id: 'chart', label: 'Chart', width: '13%' },
  { id: 'version', label: 'Version', width: '11%' },
  { id: 'state', label: 'State', width: '13%' },
  { id: 'message', label: 'Message' },
  { id: 'since', label: 'Since', width: '14%' },
];

/** The Helm releases of a platform. */
export function ComponentTable(props: {
  components: ComponentStatus[];
  now: Date;
}) {
  return (
    <DataTable
      label="Components"
      columns={COLUMNS}
      rows={props.components.map(component => ({
        id: component.release,
        cells: {
          release: <Release component={component} />,
          chart: component.chart,
          version: component.version ?? '–',
          state: <HealthStatus health={componentHealth(component)} />,
          message: component.message || '–',
          since: <Since time={component.lastTransitionTime} now={props.now} />,
        },
      }))}
    />
  );
}

function Release(props: { component: ComponentStatus }) {
  const { release, namespace } = props.component;
  return (
    <>
      {release}
      {namespace && (
        <Text as="div" variant="body-small" color="secondary">
          in {namespace}
        </Text>
      )}
    </>
  );
}

function Since(props: { time?: string; now: Date }) {
  const { time, now } = props;
  return time ? (
    <time dateTime={time} title={fullTime(time)}>
      {relativeTime(time, now)}
    </time>
  ) : (
    <>–</>
  );
}
