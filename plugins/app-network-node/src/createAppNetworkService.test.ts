import type {
  AppNetwork,
  Condition,
} from '@app-network/backstage-plugin-app-network-common';
import { progressOf } from './createAppNetworkService';

const condition = (
  type: string,
  status: Condition['status'],
  more: Partial<Condition> = {},
): Condition => ({
  type,
  status,
  reason: 'R',
  message: 'm',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  ...more,
});

const appNetwork = (
  generation: number,
  conditions?: Condition[],
): AppNetwork => ({
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'AppNetwork',
  metadata: { namespace: 'shop', name: 'shop', generation },
  status: conditions && { observedGeneration: generation, conditions },
});

it('tells every condition at the first look', () => {
  const conditions = [
    condition('Ready', 'False'),
    condition('DNSReady', 'True'),
  ];
  expect(progressOf(appNetwork(1, conditions)).changed).toEqual(conditions);
});

it('tells a change of status, reason or message, and nothing else', () => {
  const before = ['A', 'B', 'C', 'D'].map(type => condition(type, 'False'));
  const after = [
    condition('A', 'True'),
    condition('B', 'False', { reason: 'Other' }),
    condition('C', 'False', { message: 'other' }),
    condition('D', 'False', { observedGeneration: 2 }),
  ];
  expect(
    progressOf(appNetwork(2, after), before).changed.map(({ type }) => type),
  ).toEqual(['A', 'B', 'C']);
});

it.each([
  ['without a status', 1, undefined, false],
  ['Ready is False', 1, [condition('Ready', 'False')], false],
  [
    'Ready is True of this spec',
    2,
    [condition('Ready', 'True', { observedGeneration: 2 })],
    true,
  ],
  [
    'Ready is True of an older spec',
    2,
    [condition('Ready', 'True', { observedGeneration: 1 })],
    false,
  ],
  ['only another condition is True', 1, [condition('DNSReady', 'True')], false],
])('ready: %s', (_, generation, conditions, expected) => {
  expect(progressOf(appNetwork(generation, conditions)).ready).toBe(expected);
});
