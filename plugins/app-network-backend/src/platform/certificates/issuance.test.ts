import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { syncedInformer } from '../../engine/testing/syncedInformer';
import { issuanceCause, type IssuanceInformers } from './issuance';

const CM = 'cert-manager.io/v1';
const ACME = 'acme.cert-manager.io/v1';

/** An object in istio-system that was made for another. */
function made(
  [apiVersion, kind]: [string, string],
  name: string,
  owner: KubernetesObject | undefined,
  rest: { created?: string; spec?: object; status?: object } = {},
): KubernetesObject {
  const { created = '2026-01-01T00:00:00Z', ...body } = rest;
  return {
    apiVersion,
    kind,
    metadata: {
      namespace: 'istio-system',
      name,
      uid: `uid-${name}`,
      creationTimestamp: created,
      ...(owner ? { ownerReferences: [{ uid: owner.metadata.uid }] } : {}),
    },
    ...body,
  } as KubernetesObject;
}

const certificate = made([CM, 'Certificate'], 'shop', undefined);
const request = (status: object, created?: string, name = 'shop-1') =>
  made([CM, 'CertificateRequest'], name, certificate, { status, created });
const pending = request({
  conditions: [{ type: 'Ready', status: 'False', message: 'Waiting on order' }],
});
const order = (status: object = {}) =>
  made([ACME, 'Order'], 'order', pending, { status });
const challenge = (
  type: string,
  status: object,
  owner: KubernetesObject = order(),
) =>
  made([ACME, 'Challenge'], 'challenge', owner, {
    spec: { type, dnsName: 'shop.example.com' },
    status,
  });

function cause(objects: {
  requests?: KubernetesObject[];
  orders?: KubernetesObject[];
  challenges?: KubernetesObject[];
}): string | undefined {
  const informer = (
    apiVersion: string,
    kind: string,
    list: KubernetesObject[] = [],
  ) => syncedInformer({ apiVersion, kind }, list);
  return issuanceCause(certificate, {
    requests: informer(CM, 'CertificateRequest', objects.requests),
    orders: informer(ACME, 'Order', objects.orders),
    challenges: informer(ACME, 'Challenge', objects.challenges),
  } as IssuanceInformers);
}

describe('issuanceCause', () => {
  it.each<[string, Parameters<typeof cause>[0], string | undefined]>([
    ['nothing where nothing has been asked yet', {}, undefined],
    [
      'what the issuer said to the request',
      { requests: [pending] },
      'CertificateRequest istio-system/shop-1: Waiting on order.',
    ],
    [
      'the last request’s words, not those of one before',
      {
        requests: [
          request(
            {
              conditions: [{ type: 'Ready', status: 'False', message: 'Old' }],
            },
            '2025-01-01T00:00:00Z',
            'shop-0',
          ),
          pending,
        ],
      },
      'CertificateRequest istio-system/shop-1: Waiting on order.',
    ],
    [
      'the order’s reason, on one line',
      {
        requests: [pending],
        orders: [
          order({ reason: 'Failed to create Order: 400\n\tone\n\tanother' }),
        ],
      },
      'Order istio-system/order: Failed to create Order: 400 one another.',
    ],
    [
      'the challenge’s own error, and what to do about the record',
      {
        requests: [pending],
        orders: [order()],
        challenges: [
          challenge('DNS-01', {
            state: 'invalid',
            reason: 'No TXT records found',
          }),
        ],
      },
      "Challenge istio-system/challenge (DNS-01 of shop.example.com, invalid): No TXT records found. The ACME server reads the TXT record _acme-challenge.shop.example.com, which cert-manager writes: see whether spec.certificates.acme.solvers has the right zone and credentials, and whether the zone's name servers answer the outside.",
    ],
    [
      'the challenge’s own error, and what to do about the call',
      {
        requests: [pending],
        orders: [order()],
        challenges: [
          challenge('HTTP-01', { state: 'pending', reason: 'got 404.' }),
        ],
      },
      'Challenge istio-system/challenge (HTTP-01 of shop.example.com, pending): got 404. The ACME server calls http://shop.example.com/.well-known/acme-challenge/: see whether the name leads to the ingress that the solver in spec.certificates.acme.solvers uses, and whether port 80 is open to the outside.',
    ],
    [
      'not the challenge of somebody else, nor one that is passed',
      {
        requests: [pending],
        orders: [order()],
        challenges: [
          challenge('DNS-01', { state: 'invalid', reason: 'x' }, certificate),
          challenge('DNS-01', { state: 'valid', reason: 'Successfully' }),
        ],
      },
      'CertificateRequest istio-system/shop-1: Waiting on order.',
    ],
  ])('tells %s', (_, objects, expected) => {
    expect(cause(objects)).toBe(expected);
  });
});
