import {
  API_VERSION,
  type AppNetwork,
  type AppNetworkStatus,
} from '@app-network/backstage-plugin-app-network-common';
import { syncedInformer } from '../engine/testing/syncedInformer';
import { APP_NETWORK } from '../kinds';
import { pendingHandovers, remainingWait, type Handovers } from './handover';
import { GATEWAY } from './render/kinds';

const HOSTNAME = 'shop.example.com';
const FACTS = {
  environmentName: 'default',
  dnsSuffix: 'example.org',
  systemHostnames: [],
};

function appNetwork(
  name: string,
  path: string,
  status: AppNetworkStatus = {},
  metadata: Partial<AppNetwork['metadata']> = {},
): AppNetwork {
  return {
    apiVersion: API_VERSION,
    kind: 'AppNetwork',
    metadata: { namespace: 'shop', name, ...metadata },
    spec: {
      hostnames: [HOSTNAME],
      rules: [{ matches: [{ path: { value: path } }] }],
    },
    status,
  };
}

const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const shared = {
  hostname: HOSTNAME,
  heldBy: 'shop',
  appNetworks: ['shop', 'cart'],
};
const going = appNetwork(
  'shop',
  '/',
  { hostnames: [HOSTNAME], sharedHostnames: [shared] },
  deleted,
);
const certificate = (status: 'True' | 'False') => ({
  type: 'CertificateReady',
  status,
  reason: 'Issued',
  message: '',
  lastTransitionTime: '',
});
const resources = [{ ...GATEWAY, namespace: 'shop', name: 'cart' }];
const waiting = appNetwork('cart', '/cart', {
  hostnames: [HOSTNAME],
  sharedHostnames: [shared],
  resources,
  conditions: [certificate('True')],
});
const ready = appNetwork('cart', '/cart', {
  ...waiting.status,
  sharedHostnames: undefined,
});

describe('pendingHandovers', () => {
  it.each<
    [title: string, given: AppNetwork, others: AppNetwork[], heirs: string[]]
  >([
    ['waits for the next to hold the hostname', going, [waiting], ['cart']],
    [
      'waits for the certificate of the next',
      going,
      [
        appNetwork('cart', '/cart', {
          ...ready.status,
          conditions: [certificate('False')],
        }),
      ],
      ['cart'],
    ],
    ['waits no longer once that has both', going, [ready], []],
    ['waits for nobody where there is no other', going, [], []],
    [
      'waits for nobody who is being deleted too',
      going,
      [{ ...waiting, metadata: { ...waiting.metadata, ...deleted } }],
      [],
    ],
    [
      'waits for nobody of another namespace',
      going,
      [{ ...waiting, metadata: { ...waiting.metadata, namespace: 'b' } }],
      [],
    ],
    [
      'waits for one that was refused as long as it was there',
      going,
      [appNetwork('late', '/')],
      ['late'],
    ],
    [
      'waits when the hostname is given up',
      {
        ...going,
        metadata: { namespace: 'shop', name: 'shop' },
        spec: { hostnames: ['b.com'] },
      },
      [waiting],
      ['cart'],
    ],
    [
      'waits for nobody while it keeps the hostname',
      { ...going, metadata: { namespace: 'shop', name: 'shop' } },
      [waiting],
      [],
    ],
    [
      'waits for nobody where another one holds it',
      {
        ...going,
        status: {
          hostnames: [HOSTNAME],
          sharedHostnames: [{ ...shared, heldBy: 'cart' }],
        },
      },
      [waiting],
      [],
    ],
  ])('%s', (_title, given, others, heirs) => {
    expect(
      pendingHandovers(
        given,
        syncedInformer(APP_NETWORK, [given, ...others]),
        FACTS,
      ).map(({ hostname, heir }) => [hostname, heir.metadata.name]),
    ).toEqual(heirs.map(heir => [HOSTNAME, heir]));
  });
});

describe('remainingWait', () => {
  it('ends after a minute, and begins anew for another handover', () => {
    const handovers: Handovers = new Map();
    const pending = [{ hostname: HOSTNAME, heir: waiting }];
    const at = (seconds: number) => new Date(seconds * 1_000);
    const wait = (seconds: number, of = pending) =>
      remainingWait(handovers, 'shop/shop', of, at(seconds));
    expect(wait(0)).toBe(60_000);
    expect(wait(45)).toBe(15_000);
    expect(wait(60)).toBe(0);
    expect(wait(61)).toBe(0);
    expect(wait(62, [])).toBe(0);
    expect(wait(63)).toBe(60_000);
  });
});
