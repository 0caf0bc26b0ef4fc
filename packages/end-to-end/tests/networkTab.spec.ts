import {
  expect,
  test,
  type Browser,
  type Locator,
  type Page,
} from '@playwright/test';
import { appNetwork, conditionOf, istioGateway } from '../src/appNetworks.ts';
import { launchBrowser } from '../src/browser.ts';
import { registerComponent } from '../src/catalogEntity.ts';
import {
  apply,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import {
  deleteNamespaces,
  deployment,
  namespace,
  service,
} from '../src/connections.ts';
import { CLUSTER_NAME, PORTAL_URL } from '../src/portal.ts';

const COMPONENT = 'network-tab';
/** Does not ask for sidecars. */
const NAMESPACE = 'network-tab';
const HOST = 'shop.tab.example.com';
/** Of somebody's own Gateway. */
const OLD_HOST = 'old.tab.example.com';

test.describe.configure({ mode: 'serial' });

/** What the tab says where not everything is as it was asked for. */
test.describe('The Network tab', () => {
  let browser: Browser;
  let page: Page;
  let cluster: LocalCluster;
  let unregister: () => Promise<void>;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    unregister = await registerComponent(COMPONENT);
    await apply(cluster, [namespace(NAMESPACE)]);
    await apply(cluster, [
      deployment({ namespace: NAMESPACE, name: 'shop' }),
      service({ namespace: NAMESPACE, name: 'shop' }),
      istioGateway({ namespace: NAMESPACE, name: 'old' }, OLD_HOST),
      network('storefront', [HOST]),
    ]);
    await expect
      .poll(() => reasonOf('storefront'), { timeout: 90_000 })
      .toBe('SidecarMissing');
    await apply(cluster, [
      network('cart', [HOST], '/cart'),
      network('legacy', [OLD_HOST]),
    ]);
    await expect
      .poll(() => Promise.all(['cart', 'legacy'].map(reasonOf)), {
        timeout: 90_000,
      })
      .toEqual(['SidecarMissing', 'HostnameTaken']);
    browser = await launchBrowser();
    page = await browser.newPage({ baseURL: PORTAL_URL });
    await expect(async () => {
      await page.goto(`/catalog/default/component/${COMPONENT}/network`);
      await expect(section('storefront')).toBeVisible({ timeout: 10_000 });
    }).toPass({ timeout: 60_000 });
  });

  test.afterAll(async () => {
    await browser?.close();
    await unregister?.();
    await deleteNamespaces(cluster, [NAMESPACE]);
  });

  const section = (name: string): Locator =>
    page.getByRole('region', { name, exact: true });

  const condition = (name: string, type: string): Locator =>
    section(name)
      .getByRole('grid', { name: 'Conditions' })
      .getByRole('row', { name: new RegExp(`^${type}\\b`) });

  const reasonOf = async (name: string) =>
    (await conditionOf(cluster, { namespace: NAMESPACE, name }, 'Ready'))
      ?.reason;

  test('says with whom a hostname is shared, and who holds it', async () => {
    await expect(section('storefront')).toContainText(
      'Shared with AppNetwork cart, each at its own paths. This one holds it',
    );
    await expect(section('cart')).toContainText(
      'Shared with AppNetwork storefront, each at its own paths. storefront holds it',
    );
    await expect(section('cart')).toContainText(
      `The Gateway, VirtualService and Certificate of ${HOST} are AppNetwork storefront’s.`,
    );
    await expect(
      section('cart').getByRole('link', { name: `https://${HOST}/cart` }),
    ).toBeVisible();
  });

  test('says which hostname is not served, and whose it is', async () => {
    await expect(section('legacy')).toContainText(`${OLD_HOST}Not served`);
    await expect(condition('legacy', 'GatewayReady')).toContainText(
      `hostname ${OLD_HOST} belongs to Istio Gateway old in namespace ${NAMESPACE}`,
    );
  });

  test('tells once why there is no sidecar, and misses nothing that is not to be made then', async () => {
    const row = condition('storefront', 'PolicyReady');
    await expect(row).toContainText(
      `kubectl label namespace ${NAMESPACE} istio-injection=enabled`,
    );
    await expect(condition('storefront', 'Ready')).toContainText(
      'See PolicyReady.',
    );
    const objects = section('storefront').getByRole('grid', {
      name: 'Objects',
    });
    await expect(objects).toContainText('VirtualService');
    await expect(objects).not.toContainText('DestinationRule');
    await expect(objects).not.toContainText('Missing');
    await page.screenshot({
      path: test.info().outputPath('network-tab.png'),
      fullPage: true,
    });
  });

  test('can be read on a narrow screen without scrolling aside', async () => {
    await page.setViewportSize({ width: 400, height: 900 });
    const cell = section('storefront')
      .getByRole('grid', { name: 'Conditions' })
      .getByText(/istio-injection=enabled/);
    await cell.scrollIntoViewIfNeeded();
    const box = await cell.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(400);
    await page.screenshot({
      path: test.info().outputPath('network-tab-narrow.png'),
      fullPage: true,
    });
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test('shows when a hostname has come free, and when pods have got their sidecar', async () => {
    await kubectl(cluster, [
      ...['delete', 'gateways.networking.istio.io', 'old'],
      ...['--namespace', NAMESPACE],
    ]);
    await expect(
      section('legacy').getByRole('link', { name: `https://${OLD_HOST}` }),
    ).toBeVisible({ timeout: 60_000 });

    await kubectl(cluster, [
      ...['label', 'namespace', NAMESPACE, 'istio-injection=enabled'],
    ]);
    await kubectl(cluster, [
      ...['rollout', 'restart', 'deployment/shop', '--namespace', NAMESPACE],
    ]);
    await expect(condition('storefront', 'PolicyReady')).toContainText('True', {
      timeout: 150_000,
    });
    await expect(
      section('storefront')
        .getByRole('grid', { name: 'Objects' })
        .getByRole('row', { name: /^DestinationRule/ }),
    ).toContainText('Ready', { timeout: 60_000 });
  });
});

function network(
  name: string,
  hostnames: string[],
  path = '/',
): KubernetesObject {
  const { metadata, ...rest } = appNetwork(
    { namespace: NAMESPACE, name },
    {
      hostnames,
      rules: [
        {
          matches: [{ path: { value: path } }],
          backendRefs: [{ name: 'shop', port: 80 }],
        },
      ],
    },
  );
  return {
    ...rest,
    metadata: {
      ...metadata,
      labels: { 'backstage.io/kubernetes-id': COMPONENT },
    },
  };
}
