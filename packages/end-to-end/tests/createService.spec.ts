import { expect, test, type Browser, type Page } from '@playwright/test';
import { launchBrowser } from '../src/browser.ts';
import { clusterCa } from '../src/certificates.ts';
import {
  describeObject,
  everythingLabelled,
  getObject,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import { getThroughGateway } from '../src/gateway.ts';
import { moveGateway } from '../src/platform.ts';
import { CLUSTER_NAME, PORTAL_URL } from '../src/portal.ts';

const SERVICE = 'greeter';
const OWNED = `app-network.io/owner=${SERVICE}.${SERVICE}`;

interface AppNetwork extends KubernetesObject {
  status: {
    urls: [string];
    addresses: [{ value: string }];
    conditions: { type: string; status: string; message: string }[];
  };
}

test.describe.configure({ mode: 'serial' });

test.describe('A service from the template', () => {
  let browser: Browser;
  let page: Page;
  let cluster: LocalCluster;
  let url: string;
  let gateway: { address: string; ca: string };

  test.beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage({ baseURL: PORTAL_URL });
    cluster = await localCluster(CLUSTER_NAME);
  });

  test.afterAll(async () => {
    await browser?.close();
  });

  test('is asked for in a form, and the task is green', async () => {
    await page.goto('/create');
    await page
      .getByRole('article')
      .filter({ hasText: 'Create a service' })
      .getByRole('button', { name: 'Choose' })
      .or(page.getByTestId('template-card-actions--create'))
      .first()
      .click();

    await page.getByLabel('Name').fill(SERVICE);
    await page.getByLabel('Description').fill('Says hello to whoever asks');
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.getByLabel('Container image')).toBeVisible();
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.getByText('Public address')).toBeVisible();
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create' }).click();

    await expect(
      page.getByRole('link', { name: /Open the service/ }),
    ).toBeVisible({ timeout: 3 * 60_000 });
  });

  test('answers over HTTPS through the gateway, with a certificate of the cluster’s CA', async () => {
    const appNetwork = await getObject<AppNetwork>(
      cluster,
      'appnetwork',
      SERVICE,
      SERVICE,
    );
    [url] = appNetwork.status.urls;
    gateway = {
      address: appNetwork.status.addresses[0].value,
      ca: await clusterCa(cluster),
    };
    expect(appNetwork.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'True' }),
    );

    const answer = await getThroughGateway(url, gateway);
    expect(answer.status).toBe(200);
    expect(answer.certificateNames).toContain(new URL(url).hostname);
  });

  test('refuses plaintext from outside the mesh, which a pod outside it answers', async () => {
    const [pod] = (
      JSON.parse(
        await kubectl(cluster, [
          'get',
          'pods',
          '--namespace',
          SERVICE,
          '--output',
          'json',
        ]),
      ) as { items: [KubernetesObject] }
    ).items;
    // The API server's proxy calls the pod over plain HTTP.
    const throughProxy = (namespace: string, name: string) =>
      kubectl(cluster, [
        'get',
        '--raw',
        `/api/v1/namespaces/${namespace}/pods/${name}:8080/proxy/`,
      ]);
    await expect(throughProxy(SERVICE, pod.metadata.name)).rejects.toThrow(
      /connection reset|EOF|error trying to reach service/,
    );

    await kubectl(cluster, [
      ...['run', 'outside', '--namespace', 'default'],
      '--image=registry.k8s.io/e2e-test-images/agnhost:2.63.0',
      ...['--', 'netexec', '--http-port=8080'],
    ]);
    try {
      await kubectl(cluster, [
        ...['wait', 'pod/outside', '--namespace', 'default'],
        ...['--for=condition=Ready', '--timeout=60s'],
      ]);
      await expect
        .poll(() => throughProxy('default', 'outside').catch(String))
        .toContain('NOW:');
    } finally {
      await kubectl(cluster, [
        ...['delete', 'pod', 'outside', '--namespace', 'default', '--now'],
      ]);
    }
  });

  test('shows on its tab that it is ready, where it is served, and by which objects', async () => {
    await page.goto(`/catalog/default/component/${SERVICE}/network`);
    await expect(page.getByRole('link', { name: url }).first()).toBeVisible();
    await expect(
      page.getByText('Ready', { exact: true }).first(),
    ).toBeVisible();
    await expect(page.getByText('app-network-ca').first()).toBeVisible();
    for (const kind of [
      'Gateway',
      'VirtualService',
      'DestinationRule',
      'AuthorizationPolicy',
      'Certificate',
    ]) {
      await expect(page.getByText(kind, { exact: true }).first()).toBeVisible();
    }
    await page.screenshot({
      path: test.info().outputPath('network-tab.png'),
      fullPage: true,
    });
  });

  test('follows the gateway to another address, on its open tab too', async () => {
    const { address: before, ca } = gateway;
    const address = await moveGateway(cluster, 220);
    try {
      const moved = url.replaceAll(before, address);
      const started = Date.now();
      await expect(page.getByRole('link', { name: moved }).first()).toBeVisible(
        { timeout: 60_000 },
      );
      test.info().annotations.push({
        type: 'the tab shows the new URL',
        description: `after ${((Date.now() - started) / 1000).toFixed(1)} s`,
      });
      await expect(page.getByRole('link', { name: url })).toHaveCount(0);
      await expect
        .poll(() => getThroughGateway(moved, { address, ca }).catch(String), {
          timeout: 60_000,
        })
        .toMatchObject({ status: 200 });
    } finally {
      await moveGateway(cluster, Number(before.split('.').pop()));
    }
    await expect(page.getByRole('link', { name: url }).first()).toBeVisible({
      timeout: 60_000,
    });
  });

  test('leaves nothing behind when its AppNetwork is deleted on the tab', async () => {
    expect((await everythingLabelled(cluster, OWNED)).length).toBeGreaterThan(
      4,
    );

    await page.getByRole('button', { name: /^Delete greeter/ }).click();
    await page
      .getByRole('dialog')
      .or(page.getByRole('alertdialog'))
      .getByRole('button', { name: /^Delete/ })
      .click();

    await expect
      .poll(
        async () =>
          (await everythingLabelled(cluster, OWNED)).map(describeObject),
        { timeout: 60_000 },
      )
      .toEqual([]);
    await expect
      .poll(
        () =>
          getThroughGateway(url, gateway).then(
            ({ status }) => `answered ${status}`,
            () => 'no answer',
          ),
        { timeout: 30_000 },
      )
      .toMatch(/no answer|answered 404/);
    expect(
      await kubectl(cluster, [
        ...['get', 'appnetwork', '--namespace', SERVICE, '--output', 'name'],
      ]),
    ).toBe('');
    // What it stood on is the user's, and stays.
    expect(
      await kubectl(cluster, [
        ...['get', 'deployment', '--namespace', SERVICE, '--output', 'name'],
      ]),
    ).toContain(SERVICE);
  });
});
