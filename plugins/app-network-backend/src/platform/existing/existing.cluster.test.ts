import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { eventually } from '../../testing/cluster';
import { platformTest } from '../testing/platformTest';

jest.setTimeout(120_000);

describe('what is there already', () => {
  const test = platformTest('platform-existing');
  const { start, apply, platform, component, condition } = test;

  /** A cert-manager as somebody installs it with kubectl. No node runs its pod; the test says how that is. */
  const theirs = () => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      namespace: test.namespace,
      name: 'their-cert-manager',
      labels: {
        'app.kubernetes.io/name': 'cert-manager',
        'app.kubernetes.io/component': 'controller',
      },
    },
    spec: {
      selector: { matchLabels: { app: 'theirs' } },
      template: {
        metadata: { labels: { app: 'theirs' } },
        spec: {
          containers: [
            {
              name: 'controller',
              image: 'example.com/cert-manager-controller:v1.19.0',
            },
          ],
        },
      },
    },
  });

  /** Says of its pod what kubelet would, and Kubernetes says of the Deployment what follows. */
  const ready = async (status: 'True' | 'False') => {
    const [pod] = await eventually('its pod', async () => {
      const pods = await test.client.list(
        { apiVersion: 'v1', kind: 'Pod' },
        { namespace: test.namespace, labelSelector: 'app=theirs' },
      );
      return pods.length > 0 && pods;
    });
    await test.client.apply(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: test.namespace, name: pod?.metadata.name },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status }] },
      } as KubernetesObject,
      { subresource: 'status', fieldManager: 'test', force: true },
    );
  };

  it('is used and left alone, is missed when it does not run, and gives way to one of our own when it is gone', async () => {
    await test.client.create(theirs());
    await ready('True');
    start();
    await apply({ certManager: { namespace: undefined } });
    expect(await component('cert-manager', 'Existing')).toMatchObject({
      namespace: test.namespace,
      version: '1.19.0',
      existing: true,
      message: `Deployment ${test.namespace}/their-cert-manager (version 1.19.0) was there already: it is used, and left alone.`,
    });
    await component('istio-ingressgateway', 'Ready');
    expect(await test.helmCalls()).not.toContainEqual(
      expect.stringContaining('cert-manager'),
    );

    await ready('False');
    expect((await component('cert-manager', 'Failed')).message).toContain(
      'bring it up, or delete it, and the platform installs its own',
    );
    expect(await condition('CertificatesReady')).toMatchObject({
      status: 'False',
      reason: 'ComponentFailed',
    });

    await apply();
    await test.client.delete({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: test.namespace,
      name: 'their-cert-manager',
    });
    await component('cert-manager', 'Ready');
    await eventually('no longer said to be theirs', async () =>
      (
        await platform()
      )?.status?.components?.every(({ existing }) => !existing),
    );
  });
});
