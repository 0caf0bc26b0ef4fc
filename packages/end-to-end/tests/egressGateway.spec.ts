import { expect, test } from '@playwright/test';
import { kubectl, localCluster } from '../src/cluster.ts';
import { patchPlatform, platformCondition } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const NAMESPACE = 'istio-system';
const NAME = 'istio-egressgateway';

test('The egress gateway is there and ready where it is asked for, and gone where it is not', async () => {
  const cluster = await localCluster(CLUSTER_NAME);
  const row = () => platformCondition(cluster, 'EgressGatewayReady');
  const restore = await patchPlatform(cluster, {
    components: { istio: { egressGateway: { enabled: true } } },
  });
  try {
    await expect
      .poll(row, { timeout: 120_000 })
      .toMatchObject({ status: 'True', reason: 'Ready' });
    // Its own word, not the platform's: Envoy has its configuration from istiod.
    const pod = await kubectl(cluster, [
      ...['get', 'pods', '--namespace', NAMESPACE],
      ...['--selector', `app=${NAME}`, '--output', 'name'],
    ]);
    await kubectl(cluster, [
      ...['get', '--raw'],
      `/api/v1/namespaces/${NAMESPACE}/pods/${pod
        .trim()
        .replace('pod/', '')}:15021/proxy/healthz/ready`,
    ]);
  } finally {
    await restore();
  }
  await expect
    .poll(row, { timeout: 120_000 })
    .toMatchObject({ status: 'True', reason: 'Disabled' });
  await expect
    .poll(() =>
      kubectl(cluster, [
        ...['get', 'deployments', '--namespace', NAMESPACE],
        ...['--output', 'name'],
      ]),
    )
    .not.toContain(NAME);
});
