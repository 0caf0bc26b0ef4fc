import { expect, test } from '@playwright/test';
import { auditEvents } from '../src/auditLog.ts';
import { getObject, kubectl, localCluster } from '../src/cluster.ts';
import { patchPlatform, platformCondition } from '../src/platform.ts';
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

test('A platform that is as it should be costs no write and no run of Helm, however often it is looked at', async () => {
  const cluster = await localCluster(CLUSTER_NAME);
  const isReady = () =>
    expect
      .poll(() => platformCondition(cluster, 'Ready'), { timeout: 60_000 })
      .toMatchObject({ status: 'True' });
  await isReady();
  const before = (await auditEvents(cluster)).length;
  const looked = 5;
  for (let look = 1; look <= looked; look++) {
    // Each is an event for the reconciler, of an object of its own, of one that Helm made, and of one that is nobody's.
    for (const object of [
      ['networkplatform', 'default'],
      ['service', 'istiod', '--namespace=istio-system'],
      ['deployment', 'coredns', '--namespace=kube-system'],
    ]) {
      await kubectl(cluster, [
        ...['annotate', ...object, '--overwrite'],
        `example.com/look=${look}`,
      ]);
    }
    // What is not looked at yet is by the time that the status tells of another generation, which is one write.
    await patchPlatform(cluster, {
      driftPolicy: look % 2 === 0 ? 'Repair' : 'Report',
    });
    await isReady();
  }
  await patchPlatform(cluster, { driftPolicy: null });
  await isReady();

  const events = (await auditEvents(cluster)).slice(before);
  expect(
    events
      .filter(
        ({ requestURI, userAgent = '' }) =>
          /^(app-network|Helm)/.test(userAgent) &&
          !requestURI.includes('dryRun=All'),
      )
      .map(
        ({ verb, requestURI }) =>
          `${verb} ${new URL(requestURI, 'http://x').pathname}`,
      ),
  ).toEqual(
    Array(looked + 1).fill(
      'patch /apis/app-network.io/v1alpha1/networkplatforms/default/status',
    ),
  );
});
