import type {
  KubernetesObject,
  ManagedFieldsEntry,
} from '@app-network/backstage-plugin-app-network-common';
import { findDrift } from './findDrift';

const made = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'istiod', labels: { app: 'istiod' } },
  spec: {
    replicas: 2,
    paused: false,
    template: {
      spec: {
        securityContext: {},
        containers: [
          {
            name: 'discovery',
            image: 'pilot:1',
            args: ['discovery'],
            resources: { requests: { cpu: '1000m' } },
          },
        ],
      },
    },
  },
};

const helm = (fieldsV1: Record<string, unknown>): ManagedFieldsEntry => ({
  manager: 'helm',
  operation: 'Update',
  fieldsV1,
});

/** As the API server has it when Helm alone wrote it. */
const written = (
  container: object = {},
  spec: object = {},
  containerFields: Record<string, unknown> = {
    'f:name': {},
    'f:image': {},
    'f:args': {},
    'f:resources': { 'f:requests': { 'f:cpu': {} } },
  },
  specFields: Record<string, unknown> = { 'f:replicas': {} },
): KubernetesObject => {
  const { paused, ...rest } = made.spec;
  return {
    ...made,
    metadata: {
      ...made.metadata,
      managedFields: [
        helm({
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            ...specFields,
            'f:template': {
              'f:spec': {
                'f:containers': {
                  'k:{"name":"discovery"}': { '.': {}, ...containerFields },
                },
              },
            },
          },
        }),
      ],
    },
    spec: {
      ...rest,
      progressDeadlineSeconds: 600,
      template: {
        spec: {
          dnsPolicy: 'ClusterFirst',
          containers: [
            { name: 'injected-first' },
            {
              ...made.spec.template.spec.containers[0],
              resources: { requests: { cpu: '1' } },
              ...container,
            },
          ],
        },
      },
      ...spec,
    },
  } as KubernetesObject;
};

describe('findDrift', () => {
  it('does not see defaults, other forms of a value, what others added, and nothing in place of an empty value', () => {
    expect(findDrift(made, written())).toBeUndefined();
  });

  it.each<[string, KubernetesObject, object]>([
    [
      'a field that another has taken over',
      written({}, { replicas: 0 }, undefined, {}),
      { field: 'spec.replicas', found: 0, wanted: 2 },
    ],
    [
      'a field in an item of a list',
      written({ image: 'pilot:evil' }, {}, { 'f:name': {}, 'f:args': {} }),
      {
        field: 'spec.template.spec.containers[discovery].image',
        found: 'pilot:evil',
        wanted: 'pilot:1',
      },
    ],
    [
      'a list without keys',
      written({ args: ['discovery', '--x'] }, {}, { 'f:image': {} }),
      {
        field: 'spec.template.spec.containers[discovery].args',
        found: ['discovery', '--x'],
        wanted: ['discovery'],
      },
    ],
    [
      'a field that is gone',
      written({ args: undefined }, {}, { 'f:image': {} }),
      { field: 'spec.template.spec.containers[discovery].args' },
    ],
  ])('sees %s', (_, live, difference) => {
    expect(findDrift(made, live)).toMatchObject(difference);
  });

  it.each([
    ["Flux's helm-controller", 'helm-controller', undefined, true],
    ['kubectl scale', 'kubectl', 'scale', true],
    ['an autoscaler', 'kube-controller-manager', 'scale', false],
  ])(
    'knows what is changed by %s from what is as it should be',
    (_, manager, subresource, drifts) => {
      const live = written({}, { replicas: 5 }, undefined, {});
      live.metadata.managedFields?.push({
        manager,
        operation: 'Update',
        subresource,
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      });
      expect(findDrift(made, live)?.field).toBe(
        drifts ? 'spec.replicas' : undefined,
      );
    },
  );

  it('sees a label that was taken away', () => {
    const live = written();
    live.metadata.labels = {};
    live.metadata.managedFields = [];
    expect(findDrift({ ...made, spec: undefined } as never, live)).toEqual({
      field: 'metadata.labels.app',
      found: undefined,
      wanted: 'istiod',
    });
  });

  it('leaves to istiod and cainjector what they write into webhook configurations', () => {
    const webhook = (clientConfig: object, failurePolicy: string) => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'istio' },
      webhooks: [{ name: 'a', failurePolicy, clientConfig }],
    });
    expect(
      findDrift(
        webhook({ caBundle: '' }, 'Ignore'),
        webhook({ caBundle: 'abc' }, 'Fail'),
      ),
    ).toBeUndefined();
  });
});
