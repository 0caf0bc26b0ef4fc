import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { selectsNothing, sharedPods } from './selectedPods';
import type { Workload } from './workloads';

function appNetwork(
  name: string,
  matchLabels: Record<string, string>,
): AppNetwork {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace: 'shop', name },
    spec: { selector: { matchLabels } },
  };
}

const workload: Workload = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'web' },
  spec: {
    template: { metadata: { labels: { app: 'shop', tier: 'web' } } },
  },
};

/** A client that is asked for pods, and what it was asked. */
function clientWith(pods: KubernetesObject[]) {
  const asked: unknown[] = [];
  return {
    asked,
    async list<T extends KubernetesObject>(_kind: unknown, options?: object) {
      asked.push(options);
      return pods as T[];
    },
  };
}

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare' } };

describe('selectsNothing', () => {
  it('takes a workload for its pods, whether they run or not, and asks for none', async () => {
    const client = clientWith([]);
    expect(
      await selectsNothing(client, appNetwork('shop', { app: 'shop' }), [
        workload,
      ]),
    ).toBe(false);
    expect(client.asked).toEqual([]);
  });

  it.each([
    ['pods that something else has made', [pod], false],
    ['nothing', [], true],
  ])(
    'asks for pods where no workload is known: %s',
    async (_, pods, nothing) => {
      const client = clientWith(pods);
      expect(
        await selectsNothing(
          client,
          appNetwork('shop', { app: 'cart', tier: 'web' }),
          [workload],
        ),
      ).toBe(nothing);
      expect(client.asked).toEqual([
        { namespace: 'shop', labelSelector: 'app=cart,tier=web' },
      ]);
    },
  );
});

describe('sharedPods', () => {
  it('names the workload and the other AppNetwork', () => {
    expect(
      sharedPods(
        appNetwork('shop', { app: 'shop' }),
        [
          appNetwork('shop', { app: 'shop' }),
          appNetwork('web', { tier: 'web' }),
          appNetwork('cart', { app: 'cart' }),
        ],
        [workload],
      ),
    ).toEqual([{ workload: 'Deployment shop/web', appNetwork: 'web' }]);
  });

  it('finds none where nothing is selected by both', () => {
    expect(
      sharedPods(
        appNetwork('shop', { app: 'cart' }),
        [appNetwork('web', { tier: 'web' })],
        [workload],
      ),
    ).toEqual([]);
  });
});
