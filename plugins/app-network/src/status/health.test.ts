import type {
  AppNetwork,
  Condition,
} from '@app-network/backstage-plugin-app-network-common';
import { appNetworkHealth } from './health';

function appNetwork(
  ready?: Pick<Condition, 'status' | 'reason'>,
  metadata: Partial<AppNetwork['metadata']> = {},
): AppNetwork {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { name: 'shop', namespace: 'shop', generation: 2, ...metadata },
    status: ready && {
      observedGeneration: 2,
      conditions: [
        {
          type: 'Ready',
          message: 'Why.',
          lastTransitionTime: '2026-11-01T00:00:00Z',
          ...ready,
        },
      ],
    },
  };
}

describe('appNetworkHealth', () => {
  it.each([
    ['True', 'Served', 'ready', 'Ready'],
    ['Unknown', 'CertificatePending', 'progress', 'In progress'],
    ['False', 'Progressing', 'progress', 'In progress'],
    ['False', 'CertificatePending', 'progress', 'In progress'],
    ['False', 'ResourceConflict', 'problem', 'Not ready'],
    ['False', 'ServiceNotFound', 'problem', 'Not ready'],
  ] as const)('reads Ready=%s (%s) as %s', (status, reason, level, label) => {
    expect(appNetworkHealth(appNetwork({ status, reason }))).toMatchObject({
      level,
      label,
      reason,
      message: 'Why.',
    });
  });

  it('waits for one that has no status', () => {
    expect(appNetworkHealth(appNetwork())).toMatchObject({
      level: 'progress',
      label: 'Waiting',
    });
  });

  it('does not take the status of an earlier spec for that of this one', () => {
    const changed = appNetwork(
      { status: 'True', reason: 'Served' },
      { generation: 3 },
    );
    expect(appNetworkHealth(changed)).toMatchObject({
      level: 'progress',
      label: 'Applying changes',
    });
  });

  it('says that it is being deleted, whatever its status says', () => {
    const deleted = appNetwork(
      { status: 'True', reason: 'Served' },
      { deletionTimestamp: '2026-11-01T00:00:00Z' },
    );
    expect(appNetworkHealth(deleted)).toMatchObject({
      level: 'progress',
      label: 'Deleting',
    });
  });
});
