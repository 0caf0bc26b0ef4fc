import type { ComponentStatus } from '@app-network/backstage-plugin-app-network-common';
import { componentHealth } from '../../status/health';
import { fullTime, relativeTime } from '../../status/relativeTime';
import { DataTable, type DataColumn } from '../DataTable/DataTable';
import { HealthStatus } from '../HealthStatus/HealthStatus';

const COLUMNS: DataColumn[] = [
  { id: 'release', label: 'Release', width: '18%', isRowHeader: true },
  { id: 'chart', label: 'Chart', width: '15%' },
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
          release: component.namespace
            ? `${component.namespace}/${component.release}`
            : component.release,
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
