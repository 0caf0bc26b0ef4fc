import { mockServices } from '@backstage/backend-test-utils';
import type {
  KubernetesObject,
  NetworkPlatform,
  NetworkPlatformStatus,
} from '@app-network/backstage-plugin-app-network-common';
import { syncedInformer } from '../engine/testing/syncedInformer';
import type { KubernetesClient } from '../engine/types';
import type { HelmRuns } from './helmRuns';
import type { PlatformInformers } from './informers';
import type { OwnedObjects } from './ownedObjects';
import { createPlatformReconciler } from './reconciler';

const PLATFORM: NetworkPlatform = {
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'NetworkPlatform',
  metadata: { name: 'default', finalizers: ['app-network.io/cleanup'] },
  spec: {
    components: {
      certManager: { enabled: false },
      istio: { enabled: false },
      ingressNginx: { enabled: false },
    },
  },
};

const ANY = { apiVersion: 'v1', kind: 'Any' };

const informers: PlatformInformers = {
  platforms: syncedInformer(PLATFORM, [PLATFORM]),
  releases: syncedInformer(ANY),
  workloads: {
    Deployment: syncedInformer(ANY),
    DaemonSet: syncedInformer(ANY),
    StatefulSet: syncedInformer(ANY),
  },
  allWorkloads: [],
  drift: new Map(),
  services: syncedInformer(ANY),
  issuers: syncedInformer(ANY),
  certificates: syncedInformer(ANY),
  issuance: {
    requests: syncedInformer(ANY),
    orders: syncedInformer(ANY),
    challenges: syncedInformer(ANY),
  },
  existing: {
    certManager: syncedInformer(ANY),
    istio: syncedInformer(ANY),
    ingressGateway: syncedInformer(ANY),
    externalDNS: syncedInformer(ANY),
  },
  webhookConfigurations: [],
  apiServices: syncedInformer({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
  }),
  peerAuthentications: syncedInformer(ANY),
  ingressClasses: syncedInformer(ANY),
  ingresses: syncedInformer(ANY),
  systemNamespace: syncedInformer(ANY),
  others: [],
  required: [],
};

const objects: OwnedObjects = {
  reconcile: async () => ({
    observed: [],
    written: [],
    pruned: [],
    deleting: [],
    conflicts: [],
    failures: [],
    settled: true,
  }),
  failure: () => undefined,
};

describe('createPlatformReconciler', () => {
  it('lets a failure rest whose component is not wanted any more', async () => {
    const failed = { message: 'no such chart', retryAt: Date.now() - 1_000 };
    const runs: HelmRuns = {
      start: () => {},
      running: () => undefined,
      failure: () => failed,
      settled: async () => {},
    };
    let status: NetworkPlatformStatus | undefined;
    const client: Partial<KubernetesClient> = {
      async apply<T extends KubernetesObject>(object: T) {
        ({ status } = object as NetworkPlatform);
        return object;
      },
    };
    const reconciler = createPlatformReconciler({
      client: client as KubernetesClient,
      informers,
      runs,
      objects,
      dns: { drain: async () => false, observe: () => ({}) },
      repairs: { reconcile: () => [] },
      cluster: 'test',
      logger: mockServices.logger.mock(),
    });

    const result = await reconciler.reconcile(
      'default',
      new AbortController().signal,
    );

    const states = status?.components?.map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['Disabled']));
    // Looking again at once, for ever, is what a time to retry that has passed would mean.
    expect(result).toEqual({});
  });
});
