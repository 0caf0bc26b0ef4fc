import type { ComponentStatus } from '@app-network/backstage-plugin-app-network-common';
import { Button, Text } from '@backstage/ui';
import { useState } from 'react';
import { componentHealth } from '../../status/health';
import { fullTime, relativeTime } from '../../status/relativeTime';
import { DataTable, type DataColumn } from '../DataTable/DataTable';
import { HealthStatus } from '../HealthStatus/HealthStatus';
import { ComponentMessage } from './ComponentMessage';
import { ReleaseValuesDialog } from './ReleaseValuesDialog';

const COLUMNS: DataColumn[] = [
  { id: 'release', label: 'Release', width: '19%', isRowHeader: true },
  { id: 'chart', label: 'Chart', width: '12%' },
  { id: 'version', label: 'Version', width: '11%' },
  { id: 'state', label: 'State', width: '12%' },
  { id: 'message', label: 'Message' },
  { id: 'since', label: 'Since', width: '12%' },
  { id: 'values', label: 'Values', width: '7%' },
];

/** The Helm releases of a platform: how far each is, what of it was changed by others, and its values. */
export function ComponentTable(props: {
  cluster: string;
  components: ComponentStatus[];
  now: Date;
}) {
  const { cluster, components, now } = props;
  const [shown, setShown] = useState<string>();
  return (
    <>
      <DataTable
        label="Components"
        columns={COLUMNS}
        rows={components.map(component => ({
          id: component.release,
          cells: {
            release: <Release component={component} />,
            chart: component.chart,
            version: component.version ?? '–',
            state: <HealthStatus health={componentHealth(component)} />,
            message: <ComponentMessage component={component} />,
            since: <Since time={component.lastTransitionTime} now={now} />,
            values: <Values component={component} onPress={setShown} />,
          },
        }))}
      />
      <ReleaseValuesDialog
        cluster={cluster}
        release={shown}
        onClose={() => setShown(undefined)}
      />
    </>
  );
}

/** What was there already, or is left out, is given no values. */
function Values(props: {
  component: ComponentStatus;
  onPress: (release: string) => void;
}) {
  const { release, state } = props.component;
  return state === 'Existing' || state === 'Disabled' ? (
    <>–</>
  ) : (
    <Button
      size="small"
      variant="tertiary"
      aria-label={`Values of ${release}`}
      onPress={() => props.onPress(release)}
    >
      Show
    </Button>
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
