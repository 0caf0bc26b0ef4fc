import type { ComponentStatus } from '@app-network/backstage-plugin-app-network-common';
import { componentStatus, type ReleaseView } from './componentStatus';
import type { HelmRelease } from './components/types';
import type { InstalledRelease } from './installedReleases';

const NOW = new Date('2026-06-01T12:00:10.500Z');

const release: HelmRelease = {
  component: 'certManager',
  release: 'cert-manager',
  namespace: 'cert-manager',
  enabled: true,
  chart: 'cert-manager',
  source: {},
  version: 'v1.2.3',
  values: {},
  layers: { profile: {}, user: {} },
  needs: [],
};

const view = (change: Partial<ReleaseView>): ReleaseView => ({
  release,
  digest: 'a',
  installed: undefined,
  step: { action: 'none' },
  running: undefined,
  failure: undefined,
  rollout: {
    ready: true,
    readyPods: 3,
    desiredPods: 3,
    formerPods: 0,
    missing: [],
    message: '',
  },
  podProblem: undefined,
  drift: [],
  driftMessage: '',
  leaves: false,
  ...change,
});

const installed: InstalledRelease = {
  release: 'cert-manager',
  namespace: 'cert-manager',
  revision: 2,
  status: 'failed',
  ours: true,
  digest: 'a',
  secretName: 'sh.helm.release.v1.cert-manager.v2',
  version: 'v1.2.3',
  deployedVersion: 'v1.2.2',
  lastDeployed: undefined,
  description: '',
  workloads: [],
  objects: [],
};

const before = (
  state: ComponentStatus['state'],
  lastTransitionTime = '2026-06-01T12:00:00Z',
): ComponentStatus => ({
  name: 'certManager',
  release: 'cert-manager',
  chart: 'cert-manager',
  state,
  lastTransitionTime,
});

const oneOfThree = {
  ready: false,
  readyPods: 1,
  desiredPods: 3,
  formerPods: 0,
  missing: [],
  message: '',
};

describe('componentStatus', () => {
  it.each<
    [
      string,
      Partial<ReleaseView>,
      ComponentStatus | undefined,
      ComponentStatus['state'],
      string,
    ]
  >([
    ['is ready', {}, before('Installing'), 'Ready', ''],
    [
      'waits',
      { step: { action: 'wait', message: 'Waits for x.' } },
      undefined,
      'Pending',
      'Waits for x.',
    ],
    [
      'is being installed since ten seconds',
      { step: { action: 'upgrade' }, running: 'upgrade' },
      before('Installing'),
      'Installing',
      'Installing, 10 s.',
    ],
    [
      'is being upgraded, after it was ready',
      { step: { action: 'upgrade' }, running: 'upgrade' },
      before('Ready'),
      'Upgrading',
      'Upgrading, 0 s.',
    ],
    [
      'comes up',
      { rollout: oneOfThree },
      before('Installing'),
      'Installing',
      'Installing, 1 of 3 pods ready, 10 s.',
    ],
    [
      'comes up with a problem that may pass',
      {
        rollout: oneOfThree,
        podProblem: { message: 'Pod a/b has no node.', serious: false },
      },
      before('Installing'),
      'Installing',
      'Installing, 1 of 3 pods ready, 10 s. Pod a/b has no node.',
    ],
    [
      'fails for a problem that does not pass',
      {
        rollout: oneOfThree,
        podProblem: { message: 'Pod a/b: ImagePullBackOff.', serious: true },
      },
      before('Installing'),
      'Failed',
      '1 of 3 pods ready. Pod a/b: ImagePullBackOff.',
    ],
    [
      'fails when it takes too long',
      { rollout: oneOfThree },
      before('Installing', '2026-06-01T11:55:00Z'),
      'Failed',
      '1 of 3 pods ready. See kubectl describe pod.',
    ],
    [
      'misses what somebody deleted',
      {
        rollout: {
          ...oneOfThree,
          missing: [{ kind: 'Deployment', namespace: 'a', name: 'b' }],
        },
      },
      before('Failed'),
      'Failed',
      '1 of 3 pods ready. Deployment a/b is missing. See kubectl describe pod.',
    ],
    [
      'failed, and says when it is tried again',
      {
        step: { action: 'upgrade' },
        failure: { message: 'no such chart', retryAt: NOW.getTime() + 5_000 },
      },
      before('Installing'),
      'Failed',
      'no such chart. Tried again at 2026-06-01T12:00:15.500Z.',
    ],
    [
      'failed, and says that the version before goes on serving',
      {
        installed,
        step: { action: 'upgrade' },
        failure: { message: 'timed out', retryAt: NOW.getTime() },
        rollout: { ...oneOfThree, readyPods: 0, formerPods: 3 },
      },
      before('Ready'),
      'Failed',
      'timed out. Version v1.2.2, installed before, goes on serving with 3 of 3 pods. Tried again at 2026-06-01T12:00:10.500Z.',
    ],
    [
      'fails to come up, and says which pods go on serving',
      {
        rollout: { ...oneOfThree, readyPods: 0, formerPods: 3 },
        podProblem: { message: 'Pod a/b: ImagePullBackOff.', serious: true },
      },
      before('Upgrading'),
      'Failed',
      '0 of 3 pods ready. Pod a/b: ImagePullBackOff. Pods of the former version that go on serving: 3.',
    ],
    [
      "is somebody else's",
      { step: { action: 'refuse', message: 'It is theirs.' } },
      undefined,
      'Failed',
      'It is theirs.',
    ],
    [
      'is being removed',
      {
        release: { ...release, enabled: false },
        step: { action: 'uninstall' },
        running: 'uninstall',
      },
      before('Removing'),
      'Removing',
      'Removing, 10 s.',
    ],
    [
      'has left something that ends by itself',
      {
        release: { ...release, enabled: false },
        step: { action: 'uninstall' },
        failure: {
          message:
            'failed to delete release: cert-manager: resource Deployment/a/b still exists. status: Terminating, message: Resource scheduled for deletion',
          retryAt: NOW.getTime() + 5_000,
        },
      },
      before('Removing'),
      'Removing',
      'Waits for the end of Deployment a/b, which Kubernetes is terminating.',
    ],
    [
      'can not be removed',
      {
        release: { ...release, enabled: false },
        step: { action: 'uninstall' },
        failure: { message: 'forbidden', retryAt: NOW.getTime() + 5_000 },
      },
      before('Removing'),
      'Failed',
      'forbidden. Tried again at 2026-06-01T12:00:15.500Z.',
    ],
    [
      'is gone before the rest of a platform that is deleted',
      { release: { ...release, enabled: false }, leaves: true },
      before('Removing'),
      'Removing',
      'Nothing of it is left.',
    ],
    [
      'is not wanted',
      { release: { ...release, enabled: false } },
      undefined,
      'Disabled',
      'Left out by spec.components.certManager.enabled or by the profile.',
    ],
  ])('%s', (_, change, previous, state, message) => {
    expect(componentStatus(view(change), previous, NOW)).toMatchObject({
      name: 'certManager',
      release: 'cert-manager',
      state,
      message,
      lastTransitionTime:
        previous?.state === state
          ? previous.lastTransitionTime
          : '2026-06-01T12:00:10Z',
    });
  });
});
