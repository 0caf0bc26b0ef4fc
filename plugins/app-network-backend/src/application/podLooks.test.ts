import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { createPodLooks, type SelectedPod } from './podLooks';
import type { Workload } from './workloads';

const appNetwork: AppNetwork = {
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'AppNetwork',
  metadata: { namespace: 'shop', name: 'shop' },
  spec: { selector: { matchLabels: { app: 'shop', tier: 'web' } } },
};

const labels = { app: 'shop', tier: 'web', version: '1' };

function workload(resourceVersion: string): Workload {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name: 'web', uid: '1', resourceVersion },
    spec: { template: { metadata: { labels } } },
  };
}

function pod(container: string, phase = 'Running'): SelectedPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'shop', name: 'web-1', labels },
    spec: { containers: [{ name: container }] },
    status: { phase },
  };
}

/** A client that is asked for pods, and what it was asked. */
function clientWith(pods: SelectedPod[]) {
  const asked: unknown[] = [];
  return {
    asked,
    async list<T extends KubernetesObject>(_kind: unknown, options?: object) {
      asked.push(options);
      return pods as KubernetesObject[] as T[];
    },
  };
}

describe('createPodLooks', () => {
  it('looks once at pods that are as they should be, until what makes them changes', async () => {
    const client = clientWith([pod('istio-proxy'), pod('main', 'Succeeded')]);
    const looks = createPodLooks(client);
    for (const version of ['1', '1', '2', '2']) {
      expect(await looks.see(appNetwork, [workload(version)])).toHaveLength(1);
    }
    const question = { namespace: 'shop', labelSelector: 'app=shop,tier=web' };
    expect(client.asked).toEqual([question, question]);
    looks.forget('shop/shop');
    await looks.see(appNetwork, [workload('2')]);
    expect(client.asked).toHaveLength(3);
  });

  it('looks again at pods that are not as they should be, and at those of unknown origin', async () => {
    const client = clientWith([pod('main')]);
    const looks = createPodLooks(client);
    await looks.see(appNetwork, [workload('1')]);
    await looks.see(appNetwork, [workload('1')]);
    expect(client.asked).toHaveLength(2);
    const outside = {
      ...appNetwork,
      spec: { ...appNetwork.spec, mesh: { enabled: false } },
    };
    await looks.see(outside, []);
    await looks.see(outside, []);
    expect(client.asked).toHaveLength(4);
  });
});
