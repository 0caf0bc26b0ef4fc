import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { kubectl, localCluster } from '../src/cluster.ts';
import { platformCondition } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

/** What a cluster has of a platform, by name. */
const OF_THE_PLATFORM = /istio|cert-manager|app-network/;

test('A platform that is deleted takes all it brought with it and nothing else, and one that is made anew works', async () => {
  const cluster = await localCluster(CLUSTER_NAME);
  const names = async (...args: string[]) =>
    (await kubectl(cluster, ['get', ...args, '--output', 'name']))
      .split('\n')
      .filter(name => OF_THE_PLATFORM.test(name));
  const kinds = await names('customresourcedefinitions');

  await kubectl(cluster, ['delete', 'networkplatform', 'default']);
  // Of the backend, which leaves a lease there.
  expect(await names('namespaces')).toEqual(['namespace/app-network']);
  expect(
    await names(
      'clusterroles,clusterrolebindings,mutatingwebhookconfigurations,validatingwebhookconfigurations,ingressclasses',
    ),
  ).toEqual([]);
  expect(
    await names('configmaps,secrets,leases', '--namespace', 'default'),
  ).toEqual([]);
  expect(
    (await names('leases', '--namespace', 'kube-system')).filter(name =>
      name.includes('cert-manager'),
    ),
  ).toEqual([]);
  // With the kinds the users' own objects would go.
  expect(await names('customresourcedefinitions')).toEqual(kinds);

  await kubectl(
    cluster,
    ['create', '--filename', '-'],
    await readFile(cluster.networkPlatform, 'utf8'),
  );
  await expect
    .poll(() => platformCondition(cluster, 'Ready'), { timeout: 180_000 })
    .toMatchObject({ status: 'True' });
});
