import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A web server in the namespace shop behind a load balancer, and a client in each of two others. Returns the path of the manifest. */
export function workloads(
  directory: string,
  agnhostImage: string,
): Promise<string> {
  const container = (...args: string[]) => ({
    name: 'agnhost',
    image: agnhostImage,
    args,
  });
  const labels = { app: 'web' };
  return manifest(directory, 'workloads', [
    ...['shop', 'friend', 'stranger'].map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    ...['friend', 'stranger'].map(namespace => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'client', namespace },
      spec: { containers: [container('pause')] },
    })),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                ...container('netexec', '--http-port=8080'),
                readinessProbe: {
                  httpGet: { path: '/healthz', port: 8080 },
                  periodSeconds: 1,
                },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        type: 'LoadBalancer',
        selector: labels,
        ports: [{ port: 80, targetPort: 8080 }],
      },
    },
  ]);
}

/** Lets the namespace friend in to shop, and nobody else. Returns the path of the manifest. */
export function policy(directory: string): Promise<string> {
  const friend = { 'kubernetes.io/metadata.name': 'friend' };
  return manifest(directory, 'policy', [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: { matchLabels: friend } }] }],
      },
    },
  ]);
}

/** Asks the given address about each ConfigMap in the namespace friend. Returns the path of the manifest. */
export function webhook(
  directory: string,
  url: string,
  authority: string,
): Promise<string> {
  return manifest(directory, 'webhook', [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'host' },
      webhooks: [
        {
          name: 'host.app-network.io',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          namespaceSelector: {
            matchLabels: { 'kubernetes.io/metadata.name': 'friend' },
          },
          clientConfig: {
            url,
            caBundle: Buffer.from(authority).toString('base64'),
          },
          rules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['configmaps'],
            },
          ],
        },
      ],
    },
  ]);
}

async function manifest(
  directory: string,
  name: string,
  items: object[],
): Promise<string> {
  const path = join(directory, `${name}.json`);
  const list = { apiVersion: 'v1', kind: 'List', items };
  await writeFile(path, JSON.stringify(list));
  return path;
}
