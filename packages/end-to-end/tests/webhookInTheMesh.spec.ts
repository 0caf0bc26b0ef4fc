import { expect, test } from '@playwright/test';
import {
  apply,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import { deleteNamespaces, IMAGE, namespace } from '../src/connections.ts';
import { patchPlatform, platformCondition } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const NAME = 'webhook-in-the-mesh';
const POD_PORT = 8444;

test.describe('A system component that serves a webhook', () => {
  let cluster: LocalCluster;
  let restore: () => Promise<void>;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    await apply(cluster, [namespace(NAME)]);
    await apply(cluster, [CERTIFICATE, SERVICE, DEPLOYMENT]);
    await kubectl(cluster, [
      ...['rollout', 'status', 'deployment/hook', '--namespace', NAME],
      '--timeout=2m',
    ]);
    await apply(cluster, [WEBHOOK]);
    restore = await patchPlatform(cluster, { systemComponents: [] });
  });

  test.afterAll(async () => {
    await kubectl(cluster, [
      ...['delete', 'validatingwebhookconfiguration', NAME],
      '--ignore-not-found',
    ]);
    await restore?.();
    await deleteNamespaces(cluster, [NAME]);
  });

  /** What the API server says when the webhook is to be asked. */
  const answer = () =>
    kubectl(cluster, [
      ...['create', 'configmap', 'asked', '--namespace', NAME],
      '--dry-run=server',
    ]).catch(String);

  test('is called by the API server outside the mesh, and in it, where all else is mutual TLS', async () => {
    await expect
      .poll(answer, { timeout: 60_000 })
      .toContain('this webhook denies all requests');

    await patchPlatform(cluster, {
      systemComponents: [
        {
          name: 'hook',
          namespace: NAME,
          selector: { matchLabels: { app: 'hook' } },
          mesh: true,
        },
      ],
    });
    await expect
      .poll(() => platformCondition(cluster, 'SystemMeshReady'), {
        timeout: 120_000,
      })
      .toMatchObject({
        status: 'True',
        message: `In the mesh: ${NAME}/hook.`,
      });
    expect(await platformCondition(cluster, 'MTLSReady')).toMatchObject({
      status: 'True',
      message: `Plaintext to pods in the mesh is refused, but for the ports that the API server calls: ${POD_PORT} of ${NAME}/hook.`,
    });
    await expect
      .poll(answer, { timeout: 60_000 })
      .toContain('this webhook denies all requests');
  });
});

const CERTIFICATE: KubernetesObject = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { namespace: NAME, name: 'hook' },
  spec: {
    secretName: 'hook',
    dnsNames: [`hook.${NAME}.svc`],
    issuerRef: { kind: 'ClusterIssuer', name: 'app-network-ca' },
  },
};

const SERVICE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: NAME, name: 'hook' },
  spec: {
    selector: { app: 'hook' },
    // By its name, as charts do.
    ports: [{ port: 443, targetPort: 'hook' }],
  },
};

const DEPLOYMENT: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: NAME, name: 'hook' },
  spec: {
    selector: { matchLabels: { app: 'hook' } },
    template: {
      metadata: { labels: { app: 'hook' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: IMAGE,
            args: [
              'webhook',
              '--tls-cert-file=/tls/tls.crt',
              '--tls-private-key-file=/tls/tls.key',
              `--port=${POD_PORT}`,
            ],
            ports: [{ name: 'hook', containerPort: POD_PORT }],
            readinessProbe: {
              httpGet: { path: '/readyz', port: POD_PORT, scheme: 'HTTPS' },
            },
            volumeMounts: [{ name: 'tls', mountPath: '/tls' }],
          },
        ],
        volumes: [{ name: 'tls', secret: { secretName: 'hook' } }],
      },
    },
  },
};

const WEBHOOK: KubernetesObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: {
    name: NAME,
    annotations: { 'cert-manager.io/inject-ca-from': `${NAME}/hook` },
  },
  webhooks: [
    {
      name: 'hook.example.com',
      clientConfig: {
        service: { namespace: NAME, name: 'hook', path: '/always-deny' },
      },
      rules: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          resources: ['configmaps'],
          operations: ['CREATE'],
        },
      ],
      namespaceSelector: {
        matchLabels: { 'kubernetes.io/metadata.name': NAME },
      },
      // Names of what Kubernetes and Istio put into every namespace.
      matchConditions: [
        { name: 'asked', expression: "object.metadata.name == 'asked'" },
      ],
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
    },
  ],
} as KubernetesObject;
