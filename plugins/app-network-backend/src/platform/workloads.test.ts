import { podProblem, rolloutOf, type Pod, type Workload } from './workloads';

const ref = { kind: 'Deployment', namespace: 'a', name: 'b' } as const;

const deployment = (
  status: Workload['status'],
  kind = 'Deployment',
): Workload => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { namespace: 'a', name: 'b', generation: 2 },
  spec: { replicas: 2 },
  status,
});

const complete = {
  replicas: 2,
  observedGeneration: 2,
  updatedReplicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
};

describe('rolloutOf', () => {
  it.each<[string, Workload | undefined, boolean, number]>([
    ['complete', deployment(complete), true, 2],
    [
      'of an older generation',
      deployment({ ...complete, observedGeneration: 1 }),
      false,
      2,
    ],
    [
      'with old pods',
      deployment({ ...complete, updatedReplicas: 1 }),
      false,
      1,
    ],
    [
      'whose old pods stand in for new ones that are not available',
      deployment({ ...complete, replicas: 3 }),
      false,
      1,
    ],
    [
      'with a pod that is not available',
      deployment({ ...complete, readyReplicas: 1, availableReplicas: 1 }),
      false,
      1,
    ],
    ['gone', undefined, false, 0],
    [
      'a DaemonSet that is complete',
      deployment(
        {
          observedGeneration: 2,
          desiredNumberScheduled: 3,
          updatedNumberScheduled: 3,
          numberReady: 3,
          numberAvailable: 3,
        },
        'DaemonSet',
      ),
      true,
      3,
    ],
  ])('counts a workload %s', (_, workload, ready, readyPods) => {
    expect(rolloutOf([ref], () => workload)).toMatchObject({
      ready,
      readyPods,
    });
  });

  it('is ready where there is nothing to run', () => {
    expect(rolloutOf([], () => undefined).ready).toBe(true);
  });

  it('says why pods are not even made', () => {
    const { message } = rolloutOf([ref], () =>
      deployment({
        conditions: [
          { type: 'ReplicaFailure', status: 'True', message: 'quota exceeded' },
        ],
      }),
    );
    expect(message).toBe('Deployment a/b: quota exceeded');
  });
});

const pod = (status: Pod['status']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'a', name: 'b' },
  status,
});

describe('podProblem', () => {
  it.each<[string, Pod['status'], string | undefined, boolean]>([
    [
      'that runs',
      { containerStatuses: [{ name: 'c', state: {} }] },
      undefined,
      false,
    ],
    [
      'without a node',
      {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            message: '0/1 nodes are available: 1 Insufficient memory',
          },
        ],
      },
      "Pod a/b has no node: 0/1 nodes are available: 1 Insufficient memory. Add a node or ask for less in the component's values (resources, replicas, nodeSelector).",
      false,
    ],
    [
      'without its image',
      {
        containerStatuses: [
          {
            name: 'c',
            image: 'example.com/x:1',
            state: {
              waiting: { reason: 'ImagePullBackOff', message: 'not found' },
            },
          },
        ],
      },
      'Pod a/b: container c is in ImagePullBackOff: image example.com/x:1: not found. Check that the nodes can reach the registry, or name another image in the values.',
      true,
    ],
    [
      'that crashes',
      {
        containerStatuses: [
          {
            name: 'c',
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: {
              terminated: {
                exitCode: 1,
                reason: 'Error',
                message: 'bad flag\n',
              },
            },
          },
        ],
      },
      'Pod a/b: container c is in CrashLoopBackOff: ended 4 times, last with exit code 1 (Error): bad flag. See kubectl logs --previous.',
      true,
    ],
    [
      'whose init container failed',
      {
        initContainerStatuses: [
          { name: 'i', state: { terminated: { exitCode: 2 } } },
        ],
      },
      'Pod a/b: container i ended with exit code 2. See kubectl logs.',
      false,
    ],
  ])('reads a pod %s', (_, status, message, serious) => {
    expect(podProblem([pod(status)])).toEqual(
      message === undefined ? undefined : { message, serious },
    );
  });

  it('names a serious problem first, and none of a pod that goes', () => {
    const waiting = (reason: string): Pod['status'] => ({
      containerStatuses: [{ name: reason, state: { waiting: { reason } } }],
    });
    const going = pod(waiting('CrashLoopBackOff'));
    going.metadata.deletionTimestamp = '2026-06-01T12:00:00Z';
    expect(
      podProblem([
        going,
        pod(waiting('ErrImagePull')),
        pod(waiting('InvalidImageName')),
      ])?.message,
    ).toContain('InvalidImageName');
  });
});
