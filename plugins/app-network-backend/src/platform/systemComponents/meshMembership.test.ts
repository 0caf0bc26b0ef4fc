import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { KubernetesError } from '../../engine/errors';
import type { KubernetesClient } from '../../engine/types';
import type { Workload } from '../workloads';
import {
  changeMembership,
  INJECT_LABEL,
  membershipChanges,
  MESH_FIELD_MANAGER,
} from './meshMembership';

const prometheus = {
  name: 'prometheus',
  namespace: 'monitoring',
  selector: { matchLabels: { app: 'prometheus' } },
  mesh: true,
};

function workload(
  name: string,
  change: { namespace?: string; label?: string; managers?: string[] } = {},
): Workload {
  const { namespace = 'monitoring', label, managers = [] } = change;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      namespace,
      name,
      managedFields: managers.map(manager => ({
        manager,
        operation: 'Apply',
        fieldsV1: { 'f:spec': {} },
      })),
    },
    spec: {
      template: {
        metadata: {
          labels: { app: name, ...(label ? { [INJECT_LABEL]: label } : {}) },
        },
      },
    },
  };
}

const ours = { label: 'true', managers: [MESH_FIELD_MANAGER] };

describe('membershipChanges', () => {
  it.each<[string, Workload, boolean | undefined]>([
    ['takes in what the selector matches', workload('prometheus'), true],
    ['leaves alone what is in', workload('prometheus', ours), undefined],
    [
      'leaves alone what is in by a label of its own',
      workload('prometheus', { label: 'true' }),
      undefined,
    ],
    [
      'tries to take in what refuses, so that its owner is told',
      workload('prometheus', { label: 'false' }),
      true,
    ],
    [
      'leaves alone the same labels in another namespace',
      workload('prometheus', { namespace: 'shop' }),
      undefined,
    ],
    ['takes out what is listed no longer', workload('grafana', ours), false],
    [
      'does not take out what was never taken in here',
      workload('grafana', { label: 'true', managers: ['app-network', 'helm'] }),
      undefined,
    ],
    [
      'does not touch what is being deleted',
      {
        ...workload('prometheus'),
        metadata: {
          namespace: 'monitoring',
          name: 'prometheus',
          deletionTimestamp: '2026-06-01T12:00:00Z',
        },
      },
      undefined,
    ],
  ])('%s', (_, found, join) => {
    expect(
      membershipChanges([prometheus], [found]).map(change => change.join),
    ).toEqual(join === undefined ? [] : [join]);
  });

  it('takes in all workloads of the namespace where no selector is given', () => {
    const { selector: _, ...everything } = prometheus;
    expect(
      membershipChanges([everything], [workload('a'), workload('b')]),
    ).toHaveLength(2);
  });
});

describe('changeMembership', () => {
  const refusing = (error: Error) =>
    ({
      apply: async () => {
        throw error;
      },
    } as unknown as KubernetesClient);

  it('writes the label and nothing else, and takes it back by writing nothing', async () => {
    const applied: KubernetesObject[] = [];
    const client = {
      apply: async (object: KubernetesObject) => {
        applied.push(object);
        return object;
      },
    } as unknown as KubernetesClient;
    await changeMembership(client, [
      { workload: workload('prometheus'), join: true },
      { workload: workload('grafana', ours), join: false },
    ]);
    const metadata = { namespace: 'monitoring' };
    expect(applied).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { ...metadata, name: 'prometheus' },
        spec: {
          template: { metadata: { labels: { [INJECT_LABEL]: 'true' } } },
        },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { ...metadata, name: 'grafana' },
      },
    ]);
  });

  it('names what its owner has set, and what to do', async () => {
    const failures = await changeMembership(
      refusing(
        new KubernetesError(
          { cluster: 'test', verb: 'apply', object: 'Deployment' },
          { statusCode: 409, status: { reason: 'Conflict' } },
        ),
      ),
      [{ workload: workload('prometheus', { label: 'false' }), join: true }],
    );
    expect([...failures.values()]).toEqual([
      `Deployment monitoring/prometheus sets the label ${INJECT_LABEL} to false itself: take it out of its pod template, or say mesh: false.`,
    ]);
  });
});
