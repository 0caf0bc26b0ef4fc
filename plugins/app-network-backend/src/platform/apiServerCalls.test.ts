import { syncedInformer } from '../engine/testing/syncedInformer';
import type { Service } from './addresses';
import {
  apiServerCalls,
  type ApiService,
  type WebhookConfiguration,
} from './apiServerCalls';
import type { Workload } from './workloads';

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'vault', name: 'injector' },
  spec: {
    selector: { app: 'injector' },
    ports: [
      { port: 443, targetPort: 'https' },
      { port: 6443, targetPort: 8443 },
      { port: 9090 },
    ],
  },
};

const workload = (app: string, https: number): Workload => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'vault', name: app },
  spec: {
    template: {
      metadata: { labels: { app } },
      spec: {
        containers: [
          { name: 'main', ports: [{ name: 'https', containerPort: https }] },
        ],
      },
    },
  },
});

const webhooks = (
  ...references: { namespace: string; name: string; port?: number }[]
): WebhookConfiguration => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'injector' },
  webhooks: [
    ...references.map(reference => ({ clientConfig: { service: reference } })),
    { clientConfig: {} },
  ],
});

const apiService: ApiService = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1.vault.example.com' },
  spec: { service: { namespace: 'vault', name: 'injector', port: 6443 } },
};

const called = (
  configurations: WebhookConfiguration[],
  apiServices: ApiService[] = [],
) =>
  apiServerCalls(
    {
      webhookConfigurations: [
        syncedInformer(
          {
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: 'MutatingWebhookConfiguration',
          },
          configurations,
        ),
      ],
      apiServices: syncedInformer(
        { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
        apiServices,
      ),
      allWorkloads: [
        syncedInformer({ apiVersion: 'apps/v1', kind: 'Deployment' }, [
          workload('injector', 9443),
          workload('other', 1234),
        ]),
      ],
      services: syncedInformer({ apiVersion: 'v1', kind: 'Service' }, [
        service,
      ]),
    },
    new Set(['vault']),
  );

const pods = (port: number | string) => ({
  selector: { app: 'injector' },
  podPort: { protocol: 'TCP', port },
  numbers: [port === 'https' ? 9443 : port],
});

describe('apiServerCalls', () => {
  it.each([
    ['nothing of a cluster without webhooks', called([]), {}],
    [
      'a webhook by the port of the pods, 443 of the Service where none is said, and once',
      called([
        webhooks(
          { namespace: 'vault', name: 'injector' },
          { namespace: 'vault', name: 'injector', port: 443 },
        ),
      ]),
      { vault: [pods('https')] },
    ],
    [
      'a part of the API that a Service serves',
      called([], [apiService]),
      { vault: [pods(8443)] },
    ],
    [
      'no webhook of another namespace, of a Service that is not there, or outside the cluster',
      called([
        webhooks(
          { namespace: 'shop', name: 'injector' },
          { namespace: 'vault', name: 'gone' },
        ),
      ]),
      {},
    ],
  ])('finds %s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
