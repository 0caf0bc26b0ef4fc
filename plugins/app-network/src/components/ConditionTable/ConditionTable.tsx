import type { Condition } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { conditionHealth } from '../../status/health';
import { fullTime, relativeTime } from '../../status/relativeTime';
import { DataTable, type DataColumn } from '../DataTable/DataTable';
import { HealthStatus } from '../HealthStatus/HealthStatus';

const COLUMNS: DataColumn[] = [
  { id: 'type', label: 'Condition', width: '16%', isRowHeader: true },
  { id: 'status', label: 'Status', width: '10%' },
  { id: 'reason', label: 'Reason', width: '16%' },
  { id: 'message', label: 'Message' },
  { id: 'since', label: 'Since', width: '12%' },
];

/** What is so of an object, and why, as its controller reports it. */
export function ConditionTable(props: { conditions: Condition[]; now: Date }) {
  const { conditions, now } = props;
  if (conditions.length === 0) {
    return (
      <Text variant="body-medium" color="secondary">
        Nothing has been reported yet.
      </Text>
    );
  }
  return (
    <DataTable
      label="Conditions"
      columns={COLUMNS}
      rows={conditions.map(condition => ({
        id: condition.type,
        cells: {
          type: condition.type,
          status: <HealthStatus health={conditionHealth(condition)} />,
          reason: condition.reason,
          message: messageOf(condition, conditions),
          since: (
            <time
              dateTime={condition.lastTransitionTime}
              title={fullTime(condition.lastTransitionTime)}
            >
              {relativeTime(condition.lastTransitionTime, now)}
            </time>
          ),
        },
      }))}
    />
  );
}

/** Ready has the message of the first condition that does not hold; that is shown with the other alone, and not twice. */
function messageOf({ type, message }: Condition, all: Condition[]): string {
  const part =
    type === 'Ready' && message
      ? all.find(other => other.type !== type && other.message === message)
      : undefined;
  return part ? `See ${part.type}.` : message || '–';
}
