import type { ReleaseValues } from '@app-network/backstage-plugin-app-network-common';
import { useApi } from '@backstage/core-plugin-api';
import { Text } from '@backstage/ui';
import useSWR from 'swr';
import { stringify } from 'yaml';
import { appNetworkApiRef } from '../../api/AppNetworkApi';
import { flattenValues } from '../../status/flattenValues';
import { CodeBlock } from '../Copy/CodeBlock';
import { DataTable, type DataColumn } from '../DataTable/DataTable';
import { ReadDialog } from '../Dialog/ReadDialog';
import { ErrorState } from '../ErrorState/ErrorState';
import { LoadingCards } from '../ErrorState/LoadingCards';
import styles from './PlatformPage.module.css';

/** The values that a chart is given, each with where it comes from. */
export function ReleaseValuesDialog(props: {
  cluster: string;
  release: string | undefined;
  onClose: () => void;
}) {
  const { cluster, release, onClose } = props;
  return (
    <ReadDialog title={release && `Values of ${release}`} onClose={onClose}>
      {release && <Values cluster={cluster} release={release} />}
    </ReadDialog>
  );
}

function Values(props: { cluster: string; release: string }) {
  const { cluster, release } = props;
  const api = useApi(appNetworkApiRef);
  const { data, error, mutate } = useSWR<ReleaseValues, unknown>(
    `app-network:values:${cluster}/${release}`,
    () => api.getReleaseValues(cluster, release),
    { shouldRetryOnError: false },
  );
  if (error !== undefined) {
    return <ErrorState error={error} onRetry={() => void mutate()} />;
  }
  if (!data) {
    return <LoadingCards label="Loading the values" />;
  }
  return (
    <div className={styles.details}>
      <Text as="p" variant="body-medium">
        What the chart {data.chart} {data.version} is given. Yours stand in the
        specification and win over the profile’s; where neither says anything,
        the chart’s own defaults hold.
      </Text>
      <ValueTable values={data} />
      <CodeBlock
        label={`Merged values of ${release}`}
        text={stringify(data.merged)}
      />
    </div>
  );
}

const COLUMNS: DataColumn[] = [
  { id: 'path', label: 'Value', width: '40%', isRowHeader: true },
  { id: 'value', label: 'Is', width: '30%' },
  { id: 'origin', label: 'Comes from' },
];

function ValueTable(props: { values: ReleaseValues }) {
  const rows = flattenValues(props.values);
  if (rows.length === 0) {
    return (
      <Text variant="body-medium" color="secondary">
        None: the chart’s own defaults hold.
      </Text>
    );
  }
  return (
    <DataTable
      label="Values"
      columns={COLUMNS}
      rows={rows.map(({ path, value, origin, replaced }) => ({
        id: path,
        cells: {
          path: <code className={styles.code}>{path}</code>,
          value: <code className={styles.code}>{value}</code>,
          origin: (
            <>
              {origin === 'user' ? 'You (spec)' : 'Profile'}
              {replaced !== undefined && (
                <Text as="div" variant="body-small" color="secondary">
                  instead of the profile’s {replaced}
                </Text>
              )}
            </>
          ),
        },
      }))}
    />
  );
}
