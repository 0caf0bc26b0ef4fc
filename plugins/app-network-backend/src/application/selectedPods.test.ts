import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { SelectedPod } from './podLooks';
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

function pod(
  name: string,
  labels: Record<string, string>,
  ownerReferences: SelectedPod['metadata']['ownerReferences'] = [],
): SelectedPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'shop', name, labels, ownerReferences },
  };
}

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
        [pod('web-1', { app: 'shop', tier: 'web' })],
      ),
    ).toEqual([{ workload: 'Deployment shop/web', appNetwork: 'web' }]);
  });

  it('finds none where nothing is selected by both', () => {
    expect(
      sharedPods(
        appNetwork('shop', { app: 'cart' }),
        [appNetwork('web', { tier: 'web' })],
        [workload],
        [pod('cart', { app: 'cart' })],
      ),
    ).toEqual([]);
  });

  it('names what else has made pods, or else the pods', () => {
    const migrate = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      name: 'migrate',
      controller: true,
    };
    expect(
      sharedPods(
        appNetwork('shop', { app: 'shop' }),
        [appNetwork('web', { tier: 'web' })],
        [],
        [
          pod('migrate-1', { app: 'shop', tier: 'web' }, [migrate]),
          pod('migrate-2', { app: 'shop', tier: 'web' }, [migrate]),
          pod('alone', { app: 'shop', tier: 'web' }),
          pod('other', { app: 'shop' }),
        ],
      ),
    ).toEqual([
      { workload: 'Job shop/migrate', appNetwork: 'web' },
      { workload: 'Pod shop/alone', appNetwork: 'web' },
    ]);
  });
});
