import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { appNetworkView } from './appNetworkView';
import { objectView } from './objectView';

const object = (
  kind: string,
  more: object = {},
  metadata: object = {},
): KubernetesObject =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: { namespace: 'shop', name: 'shop', ...metadata },
    ...more,
  } as KubernetesObject);

const ref = { apiVersion: 'v1', kind: 'Any', namespace: 'shop', name: 'shop' };

it.each<[string, KubernetesObject | undefined, string, string]>([
  [
    'it is not there',
    undefined,
    'Missing',
    "Any shop/shop is not there, or it is somebody else's; the conditions tell why",
  ],
  ['it is there and has no conditions', object('Gateway'), 'Ready', ''],
  [
    'it is being deleted',
    object('Gateway', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    'Progressing',
    'It is being deleted.',
  ],
  [
    'a certificate that nobody has looked at',
    object('Certificate'),
    'Progressing',
    'cert-manager has not looked at it yet.',
  ],
  [
    'a certificate that is being issued',
    object('Certificate', {
      status: {
        conditions: [
          {
            type: 'Ready',
            status: 'False',
            reason: 'DoesNotExist',
            message: 'Issuing certificate as Secret does not exist',
          },
          {
            type: 'Issuing',
            status: 'True',
            reason: 'DoesNotExist',
            message: '',
          },
        ],
      },
    }),
    'Progressing',
    'Issuing certificate as Secret does not exist',
  ],
  [
    'a certificate whose issuance failed',
    object('Certificate', {
      status: {
        conditions: [
          {
            type: 'Ready',
            status: 'False',
            reason: 'DoesNotExist',
            message: 'no Secret',
          },
          {
            type: 'Issuing',
            status: 'False',
            reason: 'Failed',
            message: 'the ACME server said no',
          },
        ],
      },
    }),
    'Failed',
    'the ACME server said no',
  ],
  [
    'a certificate that is issued',
    object('Certificate', {
      status: {
        conditions: [{ type: 'Ready', status: 'True', message: 'up to date' }],
      },
    }),
    'Ready',
    '',
  ],
  [
    'Istio found an error in it',
    object('VirtualService', {
      status: {
        validationMessages: [
          {
            type: { name: 'ReferencedResourceNotFound' },
            level: 'ERROR',
            documentationUrl: 'https://istio.io/x',
          },
        ],
      },
    }),
    'Failed',
    'Istio: ReferencedResourceNotFound https://istio.io/x',
  ],
])('tells the state of an object: %s', (_, observed, state, message) => {
  expect(objectView(ref, observed)).toMatchObject({ state, message });
});

it('never shows what a Secret keeps', () => {
  const secret = object(
    'Secret',
    {
      data: { 'tls.key': 'c2VjcmV0' },
      stringData: { a: 'secret' },
      type: 'Opaque',
    },
    {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration':
          '{"data":{"tls.key":"c2VjcmV0"}}',
        other: 'stays',
      },
      managedFields: [{ manager: 'kubectl' }],
    },
  );
  const view = objectView(ref, secret);
  expect(JSON.stringify(view)).not.toMatch(/c2VjcmV0|secret"/);
  expect(view.object).toMatchObject({
    type: 'Opaque',
    metadata: { annotations: { other: 'stays' } },
  });
  expect(view.object?.metadata.managedFields).toBeUndefined();
});

it('shows what is desired with its state, and then what is left over', () => {
  const gateway = object('Gateway');
  const leftOver = object('Gateway', {}, { name: 'old' });
  const view = appNetworkView({
    cluster: 'dev',
    appNetwork: {
      apiVersion: 'app-network.io/v1alpha1',
      kind: 'AppNetwork',
      metadata: { namespace: 'shop', name: 'shop', managedFields: [] },
    },
    desired: [
      {
        apiVersion: 'v1',
        kind: 'VirtualService',
        namespace: 'shop',
        name: 'shop',
      },
      { apiVersion: 'v1', kind: 'Gateway', namespace: 'shop', name: 'shop' },
    ],
    observed: [leftOver, gateway],
    routes: [],
  });
  expect(
    view.objects.map(
      ({ ref: { kind, name }, state }) => `${kind} ${name} ${state}`,
    ),
  ).toEqual([
    'VirtualService shop Missing',
    'Gateway shop Ready',
    'Gateway old Ready',
  ]);
  expect(view.appNetwork.metadata).not.toHaveProperty('managedFields');
});
