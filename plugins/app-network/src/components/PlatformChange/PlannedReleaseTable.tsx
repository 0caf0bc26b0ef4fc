import type { PlannedRelease } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { DataTable, type DataColumn } from '../DataTable/DataTable';
import { HealthStatus } from '../HealthStatus/HealthStatus';

const COLUMNS: DataColumn[] = [
  { id: 'release', label: 'Release', width: '24%', isRowHeader: true },
  { id: 'action', label: 'What happens', width: '18%' },
  { id: 'version', label: 'Chart version', width: '20%' },
  { id: 'message', label: 'Message' },
];

const ACTIONS: Record<PlannedRelease['action'], string> = {
  Install: 'Installed',
  Upgrade: 'Upgraded',
  Remove: 'Removed',
  None: 'Stays as it is',
  Use: 'Used as it is',
  Refuse: 'Can’t be done',
};

/** What would become of the Helm releases of a platform. */
export function PlannedReleaseTable(props: { releases: PlannedRelease[] }) {
  return (
    <DataTable
      label="Releases"
      columns={COLUMNS}
      rows={props.releases.map(release => ({
        id: `${release.namespace}/${release.release}`,
        cells: {
          release: (
            <>
              {release.release}
              <Text as="div" variant="body-small" color="secondary">
                in {release.namespace}
              </Text>
            </>
          ),
          action:
            release.action === 'Refuse' ? (
              <HealthStatus
                health={{ level: 'problem', label: ACTIONS.Refuse }}
              />
            ) : (
              ACTIONS[release.action]
            ),
          version: versionsOf(release),
          message: release.message || '–',
        },
      }))}
    />
  );
}

function versionsOf({ version, installedVersion }: PlannedRelease): string {
  if (version && installedVersion && version !== installedVersion) {
    return `${installedVersion} → ${version}`;
  }
  return version ?? installedVersion ?? '–';
}
