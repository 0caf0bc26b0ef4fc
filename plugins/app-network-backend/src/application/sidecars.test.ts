import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { SelectedPod } from './podLooks';
import { sidecarProblem, sidecarsOf } from './sidecars';
import type { Workload } from './workloads';

const deployment: Workload = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'web' },
};

function appNetwork(enabled: boolean): AppNetwork {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace: 'shop', name: 'shop' },
    spec: { mesh: { enabled } },
  };
}

function pod(
  name: string,
  meshed: boolean,
  change: {
    labels?: Record<string, string>;
    hostNetwork?: boolean;
    ending?: boolean;
  } = {},
): SelectedPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'shop',
      name,
      labels: change.labels,
      ...(change.ending ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: {
      hostNetwork: change.hostNetwork,
      containers: [{ name: 'main' }],
      initContainers: meshed ? [{ name: 'istio-proxy' }] : [],
    },
  };
}

function namespace(labels: Record<string, string> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels },
  };
}

const RESTART =
  'Then start them anew: kubectl rollout restart deployment/web --namespace shop; until all are alike, the gateway calls each pod as it is.';

describe('sidecarsOf', () => {
  it('counts those that are on their end, which may still answer', () => {
    const [meshed, plain] = [pod('a', true), pod('b', false, { ending: true })];
    expect(sidecarsOf([])).toBeUndefined();
    expect(sidecarsOf([meshed])).toBe('All');
    expect(sidecarsOf([plain])).toBe('None');
    expect(sidecarsOf([meshed, plain])).toBe('Some');
  });
});

describe('sidecarProblem', () => {
  it('is none where all are as said, but for those on their end', () => {
    for (const inMesh of [true, false]) {
      expect(
        sidecarProblem(
          appNetwork(inMesh),
          [pod('a', inMesh), pod('b', !inMesh, { ending: true })],
          [deployment],
          namespace(),
        ),
      ).toBeUndefined();
    }
  });

  it.each([
    [
      'a namespace that asks for none',
      pod('a', false),
      namespace(),
      'Pod a: namespace shop does not ask for sidecars. Label it: kubectl label namespace shop istio-injection=enabled.',
    ],
    [
      'a namespace that refuses them',
      pod('a', false, { labels: { 'sidecar.istio.io/inject': 'true' } }),
      namespace({ 'istio-injection': 'disabled' }),
      'Pod a: namespace shop has the label istio-injection: disabled. Set it to enabled.',
    ],
    [
      'a pod from before the label',
      pod('a', false),
      namespace({ 'istio-injection': 'enabled' }),
      'Pod a: it is older than the label that asks for one, or Istio could not be asked when it started.',
    ],
    [
      'a pod from before the label of a revision',
      pod('a', false),
      namespace({ 'istio.io/rev': 'stable' }),
      'Pod a: it is older than the label that asks for one, or Istio could not be asked when it started.',
    ],
    [
      'the network of the node',
      pod('a', false, { hostNetwork: true }),
      namespace({ 'istio-injection': 'enabled' }),
      'Pod a: it is on the network of its node (hostNetwork), where Istio gives none. Take hostNetwork away, or set spec.mesh.enabled to false.',
    ],
    [
      'a pod that wants none',
      pod('a', false, { labels: { 'sidecar.istio.io/inject': 'false' } }),
      namespace({ 'istio-injection': 'enabled' }),
      'Pod a: its sidecar.istio.io/inject says false. Take that out of the pod template.',
    ],
  ])('says why one is missing: %s', (_, without, where, cause) => {
    expect(
      sidecarProblem(
        appNetwork(true),
        [without, pod('b', true)],
        [deployment],
        where,
      ),
    ).toEqual({
      reason: 'SidecarMissing',
      message: `spec.mesh.enabled is true, and 1 of 2 pods has no sidecar, so that nobody asks those who call there who they are. ${cause} ${RESTART}`,
    });
  });

  it.each([
    [
      'a namespace that asks for them',
      pod('a', true),
      namespace({ 'istio-injection': 'enabled' }),
      'Pod a: namespace shop asks for sidecars. Label the pod template sidecar.istio.io/inject: "false".',
    ],
    [
      'a pod that asks for one',
      pod('a', true, { labels: { 'sidecar.istio.io/inject': 'true' } }),
      namespace(),
      'Pod a: its own labels ask for one (sidecar.istio.io/inject, istio.io/rev). Take them out of the pod template.',
    ],
    [
      'a pod from before',
      pod('a', true),
      namespace(),
      'Pod a: it is older than the change that has it start without one.',
    ],
  ])('says why one is there: %s', (_, meshed, where, cause) => {
    expect(
      sidecarProblem(appNetwork(false), [meshed], [deployment], where),
    ).toEqual({
      reason: 'SidecarPresent',
      message: `spec.mesh.enabled is false, and 1 of 1 pod has a sidecar, which takes no calls from outside the mesh. ${cause} ${RESTART}`,
    });
  });

  it('names a few of many, and what to do with pods that nothing makes anew', () => {
    const pods = ['d', 'c', 'b', 'a'].map(name => pod(name, false));
    expect(
      sidecarProblem(appNetwork(true), pods, [], namespace())?.message,
    ).toBe(
      'spec.mesh.enabled is true, and 4 of 4 pods have no sidecar, so that nobody asks those who call there who they are. Pods a, b, c and 1 more: namespace shop does not ask for sidecars. Label it: kubectl label namespace shop istio-injection=enabled. Then delete them and make them anew; until all are alike, the gateway calls each pod as it is.',
    );
  });
});
