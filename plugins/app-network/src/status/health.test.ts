import type {
  AppNetwork,
  Condition,
} from '@app-network/backstage-plugin-app-network-common';
import { readyCluster } from '../../dev/fixtures/clusters';
import { appNetworkHealth, conditionHealth, platformHealth } from './health';

function appNetwork(
  ready?: Pick<Condition, 'status' | 'reason' | 'observedGeneration'>,
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
    ['False', 'WaitingForAddress', 'progress', 'In progress'],
    ['False', 'Issuing', 'progress', 'In progress'],
    ['False', 'HandingOver', 'progress', 'In progress'],
    ['False', 'HostnameTaken', 'problem', 'Not ready'],
    ['False', 'NameTaken', 'problem', 'Not ready'],
    ['False', 'IstioMissing', 'problem', 'Not ready'],
    ['Unknown', 'NoHostname', 'unknown', 'Not known'],
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

  it('says what a new spec waits for before it is applied', () => {
    const handingOver = appNetwork(
      { status: 'False', reason: 'HandingOver', observedGeneration: 3 },
      { generation: 3 },
    );
    expect(appNetworkHealth(handingOver)).toMatchObject({
      level: 'progress',
      reason: 'HandingOver',
      message: 'Why.',
    });
  });

  it.each([
    [
      'True',
      'Ready',
      'progress',
      'Deleting',
      'What was made for it is being removed.',
    ],
    [
      'False',
      'NameTaken',
      'progress',
      'Deleting',
      'What was made for it is being removed.',
    ],
    ['False', 'Deleting', 'progress', 'Deleting', 'Why.'],
    ['False', 'HandingOver', 'progress', 'Deleting', 'Why.'],
    ['False', 'DeletionFailed', 'problem', 'Not deleted yet', 'Why.'],
  ] as const)(
    'reads Ready=%s (%s) of one that is being deleted as %s: %s',
    (status, reason, level, label, message) => {
      const deleted = appNetwork(
        { status, reason },
        { deletionTimestamp: '2026-11-01T00:00:00Z' },
      );
      expect(appNetworkHealth(deleted)).toMatchObject({
        level,
        label,
        message,
      });
    },
  );
});

describe('conditionHealth', () => {
  it.each([
    ['Unknown', 'NotManaged', 'unknown'],
    ['Unknown', 'Pending', 'progress'],
    ['False', 'ComponentInstalling', 'progress'],
    ['False', 'ComponentFailed', 'problem'],
  ] as const)('reads %s (%s) as %s', (status, reason, level) => {
    expect(
      conditionHealth({
        type: 'DNSReady',
        status,
        reason,
        message: '',
        lastTransitionTime: '2026-11-01T00:00:00Z',
      }).level,
    ).toBe(level);
  });
});

describe('platformHealth', () => {
  const platform = readyCluster().platform!;

  it('does not call ready what can no longer be read', () => {
    const unreadable = structuredClone(platform);
    unreadable.status!.conditions = [
      {
        type: 'Ready',
        status: 'Unknown',
        reason: 'ClusterNotReadable',
        message: 'Grant the ClusterRole.',
        lastTransitionTime: '2026-11-01T00:00:00Z',
      },
    ];
    expect(platformHealth(unreadable)).toEqual({
      level: 'unknown',
      label: 'Not known',
      reason: 'ClusterNotReadable',
      message: 'Grant the ClusterRole.',
    });
  });

  it('does not take the status of an earlier spec for that of this one', () => {
    const changed = structuredClone(platform);
    changed.metadata.generation = 2;
    expect(platformHealth(changed).label).toBe('Applying changes');
  });
});
