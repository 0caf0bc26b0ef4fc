import {
  API_VERSION,
  OWNER_LABEL,
  ownerLabelValue,
  type AppNetwork,
} from '@app-network/backstage-plugin-app-network-common';
import { syncedInformer } from '../engine/testing/syncedInformer';
import {
  callingOutside,
  keysOfOwner,
  sharingHostnames,
  sharingPods,
} from './controller';

const KIND = { apiVersion: API_VERSION, kind: 'AppNetwork' } as const;

function appNetwork(
  namespace: string,
  name: string,
  spec: AppNetwork['spec'] = {},
): AppNetwork {
  return { ...KIND, metadata: { namespace, name }, spec };
}

function owned(namespace: string, name: string) {
  const labels = { [OWNER_LABEL]: ownerLabelValue({ namespace, name }) };
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { namespace: 'istio-system', name: 'any', labels },
  };
}

describe('keysOfOwner', () => {
  it.each([
    ['a short name', 'shop', 'cart'],
    ['a long name', 'shop', 'n'.repeat(63)],
    ['a long namespace, which the label cuts off', 'n'.repeat(60), 'cart'],
  ])('finds an AppNetwork of %s', (_, namespace, name) => {
    const informer = syncedInformer(KIND, [appNetwork(namespace, name)]);
    expect(keysOfOwner(informer, owned(namespace, name))).toEqual([
      `${namespace}/${name}`,
    ]);
  });

  it('names one that is gone, and none for an object of the platform', () => {
    const informer = syncedInformer<AppNetwork>(KIND);
    expect(keysOfOwner(informer, owned('shop', 'cart'))).toEqual(['shop/cart']);
    expect(
      keysOfOwner(informer, {
        ...owned('shop', 'cart'),
        metadata: { name: 'any', labels: { [OWNER_LABEL]: 'default' } },
      }),
    ).toEqual([]);
  });
});

describe('sharingHostnames', () => {
  it('finds those that name the hostname, and the one it is generated for', () => {
    const hostname = 'cart.shop.default.203.0.113.7.nip.io';
    const informer = syncedInformer(KIND, [
      appNetwork('shop', 'cart'),
      appNetwork('shop', 'other'),
      appNetwork('elsewhere', 'thief', { hostnames: [hostname] }),
    ]);
    const changed = appNetwork('gone', 'gone', { hostnames: [hostname] });
    expect(sharingHostnames(informer, changed).sort()).toEqual([
      'elsewhere/thief',
      'shop/cart',
    ]);
  });

  it('finds those whose wildcard or name overlaps', () => {
    const informer = syncedInformer(KIND, [
      appNetwork('shop', 'below', { hostnames: ['a.b.example.com'] }),
      appNetwork('shop', 'above', { hostnames: ['*.com'] }),
      appNetwork('shop', 'beside', { hostnames: ['example.com'] }),
    ]);
    const changed = appNetwork('gone', 'gone', {
      hostnames: ['*.example.com'],
    });
    expect(sharingHostnames(informer, changed).sort()).toEqual([
      'shop/above',
      'shop/below',
    ]);
  });
});

describe('callingOutside', () => {
  it('finds those of the namespace that call the outside, whether or not the changed one still does', () => {
    const egress = [{ host: 'api.example.com' }];
    const informer = syncedInformer(KIND, [
      appNetwork('shop', 'cart', { egress }),
      appNetwork('shop', 'web'),
      appNetwork('elsewhere', 'cart', { egress }),
    ]);
    expect(callingOutside(informer, appNetwork('shop', 'gone'))).toEqual([
      'shop/cart',
    ]);
  });
});

describe('sharingPods', () => {
  it('finds those of the namespace whose labels may be on the same pod', () => {
    const labelled = (name: string, matchLabels: Record<string, string>) =>
      appNetwork('shop', name, { selector: { matchLabels } });
    const informer = syncedInformer(KIND, [
      labelled('wider', {}),
      labelled('narrower', { app: 'shop', tier: 'web' }),
      labelled('across', { release: 'one' }),
      labelled('other', { app: 'cart' }),
      appNetwork('elsewhere', 'shop', {
        selector: { matchLabels: { app: 'shop' } },
      }),
    ]);
    expect(sharingPods(informer, labelled('changed', { app: 'shop' }))).toEqual(
      ['shop/wider', 'shop/narrower', 'shop/across'],
    );
  });
});
