import { expect, test } from '@playwright/test';
import { getObject, kubectl, localCluster } from '../src/cluster.ts';
import { platformCondition } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

interface Status {
  status: { components: { release: string; state: string }[] };
}

test('What the charts brought is as it was made, and is put right when somebody deletes or edits it', async () => {
  const cluster = await localCluster(CLUSTER_NAME);
  const drifted = async () => {
    const { status } = await getObject<Status>(
      cluster,
      'networkplatform',
      'default',
    );
    return status.components.filter(({ state }) => state === 'Drifted');
  };
  const istiod = (...args: string[]) =>
    kubectl(cluster, [...args, '--namespace', 'istio-system']);
  // What istiod and cert-manager's cainjector write into their own webhook configurations is no drift.
  expect(await drifted()).toEqual([]);

  await istiod('delete', 'service', 'istiod');
  await expect
    .poll(() => istiod('get', 'service', 'istiod').catch(() => ''))
    .toContain('15012');

  await istiod('scale', 'deployment', 'istiod', '--replicas=0');
  await expect
    .poll(() =>
      istiod(
        'get',
        'deployment',
        'istiod',
        '--output=jsonpath={.spec.replicas}',
      ),
    )
    .toBe('1');
  await expect
    .poll(() => platformCondition(cluster, 'Ready'), { timeout: 60_000 })
    .toMatchObject({ status: 'True' });
  expect(await drifted()).toEqual([]);
});
