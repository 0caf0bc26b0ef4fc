import { expect, test } from '@playwright/test';
import { launchBrowser } from '../src/browser.ts';
import { getObject, localCluster } from '../src/cluster.ts';
import { CLUSTER_NAME, PORTAL_URL } from '../src/portal.ts';

test('The platform page shows what is installed on the cluster, and where applications are reached', async () => {
  const platform = await getObject<{
    status: {
      components: { release: string; state: string }[];
      ingress: { applications: { addresses: [{ value: string }] } };
    };
  }>(await localCluster(CLUSTER_NAME), 'networkplatform', 'default');
  expect(
    platform.status.components
      .filter(({ state }) => state === 'Ready')
      .map(({ release }) => release)
      .sort(),
  ).toEqual(['cert-manager', 'istio-base', 'istio-ingressgateway', 'istiod']);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ baseURL: PORTAL_URL });
    await page.goto('/app-network');
    await expect(
      page.getByRole('heading', { name: 'This machine' }),
    ).toBeVisible();
    for (const { release, state } of platform.status.components) {
      await expect(
        page.getByRole('row').filter({ hasText: release }).first(),
      ).toContainText(state);
    }
    const [address] = platform.status.ingress.applications.addresses;
    await expect(page.getByText(address.value).first()).toBeVisible();
    await page.screenshot({
      path: test.info().outputPath('platform-page.png'),
      fullPage: true,
    });
  } finally {
    await browser.close();
  }
});
