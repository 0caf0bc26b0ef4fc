import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { sharedPods } from './selectedPods';
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
