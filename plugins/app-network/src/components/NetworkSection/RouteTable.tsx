import type {
  AppNetwork,
  AppNetworkView,
  RouteView,
} from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import { DataTable, type DataColumn } from '../DataTable/DataTable';
import styles from './NetworkSection.module.css';

const COLUMNS: DataColumn[] = [
  { id: 'order', label: '#', width: '3rem' },
  { id: 'hosts', label: 'Host', width: '22%' },
  { id: 'path', label: 'Path', width: '18%', isRowHeader: true },
  { id: 'method', label: 'Method', width: '6.5rem' },
  { id: 'headers', label: 'Headers', width: '20%' },
  { id: 'backends', label: 'Backends' },
];

/** Which requests go where, in the order in which the gateway tries them. */
export function RouteTable(props: { view: AppNetworkView }) {
  const { routes, appNetwork } = props.view;
  if (routes.length === 0) {
    return (
      <Text variant="body-medium" color="secondary">
        {whyNone(appNetwork)}
      </Text>
    );
  }
  return (
    <DataTable
      label="Routes"
      columns={COLUMNS}
      rows={routes.map((route, index) => ({
        id: String(index + 1),
        cells: {
          order: index + 1,
          hosts: <Lines items={route.hostnames} />,
          path: <Path match={route.match} />,
          method: route.match?.method ?? 'any',
          headers: <Headers match={route.match} />,
          backends: <Backends backends={route.backends} />,
        },
      }))}
    />
  );
}

function whyNone({ metadata, spec }: AppNetwork): string {
  if (metadata.deletionTimestamp) {
    return 'None any more: it is being deleted.';
  }
  return spec?.expose === false
    ? 'None: it is not exposed.'
    : 'None: it is served at no hostname so far. See the conditions for why.';
}

const PATH_TYPES = {
  Exact: 'exactly',
  PathPrefix: 'starts with',
  RegularExpression: 'matches',
};

function Path(props: { match: RouteView['match'] }) {
  const { type = 'PathPrefix', value = '/' } = props.match?.path ?? {};
  if (type === 'PathPrefix' && value === '/') {
    return <>every path</>;
  }
  return (
    <>
      {PATH_TYPES[type]} <code className={styles.code}>{value}</code>
    </>
  );
}

function Headers(props: { match: RouteView['match'] }) {
  const headers = props.match?.headers ?? [];
  if (headers.length === 0) {
    return <>any</>;
  }
  return (
    <Lines
      items={headers.map(({ type, name, value }) => (
        <>
          <code className={styles.code}>{name}</code>{' '}
          {type === 'RegularExpression' ? 'matches' : 'is'}{' '}
          <code className={styles.code}>{value}</code>
        </>
      ))}
    />
  );
}

function Backends(props: { backends: RouteView['backends'] }) {
  const { backends } = props;
  const sum = backends.reduce((total, { weight }) => total + weight, 0);
  if (backends.length === 0) {
    return <>none: requests are refused</>;
  }
  return (
    <Lines
      items={backends.map(({ service, port, weight }) => (
        <>
          <code className={styles.code}>
            {port === undefined ? service : `${service}:${port}`}
          </code>
          {backends.length > 1 && (
            <>
              {' '}
              <span className={styles.share}>{share(weight, sum)}</span>
            </>
          )}
        </>
      ))}
    />
  );
}

function share(weight: number, sum: number): string {
  const percent = sum === 0 ? 0 : (weight / sum) * 100;
  const rounded = percent.toLocaleString('en', { maximumFractionDigits: 1 });
  return `weight ${weight} (${rounded}%)`;
}

function Lines(props: { items: ReactNode[] }) {
  return (
    <ul className={styles.list}>
      {props.items.map((item, index) => (
        <li key={index}>{item}</li>
      ))}
    </ul>
  );
}
