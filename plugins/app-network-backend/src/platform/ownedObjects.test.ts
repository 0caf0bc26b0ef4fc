import type {
  KubernetesObject,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { describe as named } from '../engine/objects';
import { syncedInformer } from '../engine/testing/syncedInformer';
import type { Cluster, KindRef, KubernetesClient } from '../engine/types';
import { NO_FACTS } from './clusterFacts';
import { createOwnedObjects } from './ownedObjects';

const PLATFORM: NetworkPlatform = {
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'NetworkPlatform',
  metadata: { name: 'default' },
  spec: { networkPolicies: { enabled: false } },
};

function secret(annotations?: Record<string, string>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'cert-manager',
      name: 'app-network-ca',
      annotations,
    },
  };
}

describe('createOwnedObjects', () => {
  const reconcile = async (found: KubernetesObject | undefined) => {
    const written: string[] = [];
    const client: Partial<KubernetesClient> = {
      get: async <T extends KubernetesObject>({ kind }: KindRef) =>
        kind === 'Secret' ? (found as T | undefined) : undefined,
      async apply<T extends KubernetesObject>(object: T) {
        written.push(object.kind);
        return object;
      },
    };
    const cluster = {
      client: client as KubernetesClient,
      informers: {
        informer: (kind: KindRef) => syncedInformer(kind),
        list: () => [],
      },
    } as Partial<Cluster> as Cluster;
    const objects = createOwnedObjects({ cluster, onEnd: () => {} });
    const { conflicts } = await objects.reconcile(PLATFORM, [], NO_FACTS);
    return {
      written: written.sort(),
      conflicts: conflicts.map(({ ref }) => named(ref)),
    };
  };

  const ALL = [
    'Certificate',
    'ClusterIssuer',
    'ClusterIssuer',
    'PeerAuthentication',
  ];

  it('leaves a Secret of somebody else alone that has the name of the CA', async () => {
    expect(await reconcile(secret())).toEqual({
      written: ['PeerAuthentication'],
      conflicts: ['Secret cert-manager/app-network-ca'],
    });
  });

  it('goes on with the Secret of a CA that was made before', async () => {
    const made = secret({
      'cert-manager.io/certificate-name': 'app-network-ca',
    });
    expect(await reconcile(made)).toEqual({ written: ALL, conflicts: [] });
    expect(await reconcile(undefined)).toEqual({ written: ALL, conflicts: [] });
  });
});
