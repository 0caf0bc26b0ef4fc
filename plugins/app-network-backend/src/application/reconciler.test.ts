import {
  API_VERSION,
  FINALIZER,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
  type AppNetwork,
  type KubernetesObject,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { KubernetesError } from '../engine/errors';
import { syncedInformer } from '../engine/testing/syncedInformer';
import type { Cluster, KindRef, KubernetesClient } from '../engine/types';
import { createAppNetworkReconciler } from './reconciler';
import { GATEWAY, RENDERED_KINDS } from './render/kinds';

const APP_NETWORK: AppNetwork = {
  apiVersion: API_VERSION,
  kind: 'AppNetwork',
  metadata: { namespace: 'shop', name: 'cart', finalizers: [FINALIZER] },
};

const PLATFORM: NetworkPlatform = {
  apiVersion: API_VERSION,
  kind: 'NetworkPlatform',
  metadata: { name: 'default' },
  spec: { dns: { custom: { suffix: 'example.com' } } },
};

const MADE: KubernetesObject = {
  ...GATEWAY,
  metadata: {
    namespace: 'shop',
    name: 'cart',
    uid: '1',
    labels: { [MANAGED_BY_LABEL]: MANAGED_BY, [OWNER_LABEL]: 'shop.cart' },
  },
};

/** A reconciler whose caches hold some AppNetworks and one Gateway of shop/cart. */
function reconcilerOf(cached: AppNetwork[], client: Partial<KubernetesClient>) {
  const owned = RENDERED_KINDS.map(kind =>
    syncedInformer(kind, kind === GATEWAY ? [MADE] : []),
  );
  const cluster = {
    client: client as KubernetesClient,
    informers: {
      informer: ({ kind }: KindRef) =>
        owned.find(informer => informer.kind.kind === kind),
      list: () => owned,
    },
  } as Partial<Cluster> as Cluster;
  return createAppNetworkReconciler({
    cluster,
    names: { see: () => undefined, forget: () => {} },
    pods: { see: async () => [], forget: () => {} },
    informers: {
      appNetworks: syncedInformer(APP_NETWORK, cached),
      platforms: syncedInformer(PLATFORM, [PLATFORM]),
      services: syncedInformer({ apiVersion: 'v1', kind: 'Service' }),
      workloads: [],
      jobs: [],
      foreign: [],
      namespaces: syncedInformer({ apiVersion: 'v1', kind: 'Namespace' }),
      issuance: {
        requests: syncedInformer({
          apiVersion: 'cert-manager.io/v1',
          kind: 'CertificateRequest',
        }),
        orders: syncedInformer({
          apiVersion: 'acme.cert-manager.io/v1',
          kind: 'Order',
        }),
        challenges: syncedInformer({
          apiVersion: 'acme.cert-manager.io/v1',
          kind: 'Challenge',
        }),
      },
      owned,
    },
  });
}

const { signal } = new AbortController();

describe('createAppNetworkReconciler', () => {
  it.each([
    ['deletes what an AppNetwork has left behind', [], ['cart']],
    [
      'keeps what is of an AppNetwork the cache has not seen',
      [APP_NETWORK],
      [],
    ],
  ])('%s', async (_, inCluster, expected) => {
    const deleted: string[] = [];
    const reconciler = reconcilerOf([], {
      list: async <T extends KubernetesObject>() =>
        inCluster as KubernetesObject[] as T[],
      delete: async ({ name }) => {
        deleted.push(name);
      },
    });
    await reconciler.reconcile('shop/cart', signal);
    expect(deleted).toEqual(expected);
  });

  it('says so in the status when the Secret of the certificate can not be read', async () => {
    const forbidden = new KubernetesError(
      { cluster: 'dev', verb: 'get', object: 'Secret a/b' },
      { statusCode: 403, status: { message: 'not allowed' } },
    );
    let written: AppNetwork | undefined;
    const reconciler = reconcilerOf([APP_NETWORK], {
      get: async () => {
        throw forbidden;
      },
      async apply<T extends KubernetesObject>(object: T) {
        written = object as AppNetwork;
        return object;
      },
    });
    await expect(reconciler.reconcile('shop/cart', signal)).rejects.toBe(
      forbidden,
    );
    expect(written?.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Ready',
        status: 'False',
        reason: 'ReadFailed',
        message: forbidden.message,
      }),
    );
  });
});
