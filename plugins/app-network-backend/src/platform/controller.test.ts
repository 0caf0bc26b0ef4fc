import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
  ownerLabelValue,
} from '@app-network/backstage-plugin-app-network-common';
import { platformOf } from './controller';

const owned = (owner: string) => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: {
    namespace: 'istio-system',
    name: 'shop',
    labels: { [MANAGED_BY_LABEL]: MANAGED_BY, [OWNER_LABEL]: owner },
  },
});

describe('platformOf', () => {
  it.each([
    ['its own', owned(ownerLabelValue({ name: 'default' }))],
    ['the admission webhook', owned('admission-webhook')],
    [
      'anybody else',
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' } },
    ],
  ])('is the platform for an object of %s', (_, object) => {
    expect(platformOf(object)).toEqual(['default']);
  });

  it.each([
    ['an AppNetwork', { namespace: 'shop', name: 'cart' }],
    ['one with a long name', { namespace: 'shop', name: 'a'.repeat(80) }],
  ])('is nobody for an object of %s', (_, owner) => {
    expect(platformOf(owned(ownerLabelValue(owner)))).toEqual([]);
  });
});
