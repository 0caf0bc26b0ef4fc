import { rolloutView, type Deployment, type Pod } from './rollout';

const deployment = (
  status: Deployment['status'],
  replicas = 2,
): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'shop', generation: 3 },
  spec: { replicas },
  status: { observedGeneration: 3, ...status },
});

const pod = (status: Pod['status']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'shop', name: 'shop-1' },
  status,
});

const waiting = (reason: string, message?: string) =>
  pod({
    containerStatuses: [
      { name: 'web', state: { waiting: { reason, message } } },
    ],
  });

it.each<[string, Deployment, Pod[], string, string]>([
  [
    'all pods of the wanted version serve',
    deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 }),
    [],
    'Available',
    '',
  ],
  ['none are wanted', deployment({}, 0), [], 'Available', ''],
  [
    'the controller has not seen the change',
    deployment({
      observedGeneration: 2,
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: 2,
    }),
    [],
    'Progressing',
    'the change is not seen yet',
  ],
  [
    'the old pods serve still and the new ones do not',
    deployment({ replicas: 3, updatedReplicas: 1, availableReplicas: 2 }),
    [],
    'Progressing',
    '1 of 2 pods available',
  ],
  [
    'the old pods are still there',
    deployment({ replicas: 3, updatedReplicas: 2, availableReplicas: 3 }),
    [],
    'Progressing',
    '1 old pods are ending',
  ],
  [
    'a pod is on its way',
    deployment({}),
    [waiting('ContainerCreating')],
    'Progressing',
    '0 of 2 pods available',
  ],
  [
    'an image cannot be pulled',
    deployment({}),
    [waiting('ImagePullBackOff', 'Back-off pulling image "web"')],
    'Progressing',
    '0 of 2 pods available; pod shop-1, container web: ImagePullBackOff: Back-off pulling image "web"',
  ],
  [
    'no node takes the pod',
    deployment({}),
    [
      pod({
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/1 nodes are available',
          },
        ],
      }),
    ],
    'Progressing',
    '0 of 2 pods available; pod shop-1: Unschedulable: 0/1 nodes are available',
  ],
  [
    'pods are refused at admission',
    deployment({
      conditions: [
        {
          type: 'ReplicaFailure',
          status: 'True',
          message: 'pods "shop-" is forbidden',
        },
      ],
    }),
    [],
    'Progressing',
    'pods "shop-" is forbidden',
  ],
  [
    'its deadline is over',
    deployment({
      conditions: [
        {
          type: 'Progressing',
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: 'timed out progressing',
        },
      ],
    }),
    [waiting('CrashLoopBackOff')],
    'Failed',
    'timed out progressing; pod shop-1, container web: CrashLoopBackOff',
  ],
])('%s', (_, of, pods, state, message) => {
  expect(rolloutView(of, pods)).toMatchObject({ state, message });
});

it('has another version for every change that is seen, and the same for none', () => {
  const version = (available: number) =>
    rolloutView(
      deployment({ updatedReplicas: 2, availableReplicas: available }),
      [],
    ).version;
  expect(version(0)).toBe(version(0));
  expect(version(1)).not.toBe(version(0));
});
