import { expect, test, type Browser, type Page } from '@playwright/test';
import { auditEvents } from '../src/auditLog.ts';
import { launchBrowser } from '../src/browser.ts';
import {
  describeObject,
  everythingLabelled,
  getObject,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import { CLUSTER_NAME, PORTAL_URL } from '../src/portal.ts';

/** A NetworkPlatform, as far as the test changes it. */
interface Platform {
  metadata: { generation: number };
  spec: {
    components: {
      istio: {
        ingressGateway: { service?: { annotations?: Record<string, string> } };
      };
    };
  };
  status: { observedGeneration?: number; phase?: string };
}

const ANNOTATION = 'example.com/planned';
const GATEWAY = 'istio-ingressgateway';

test.describe.configure({ mode: 'serial' });

test.describe('A change of the platform', () => {
  let browser: Browser;
  let page: Page;
  let cluster: LocalCluster;
  let before: Platform;

  const platform = () =>
    getObject<Platform>(cluster, 'networkplatform', 'default');
  const annotation = async () =>
    (
      await getObject<{
        metadata: { annotations?: Record<string, string> };
      }>(cluster, 'service', GATEWAY, 'istio-system')
    ).metadata.annotations?.[ANNOTATION];

  test.beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage({ baseURL: PORTAL_URL });
    cluster = await localCluster(CLUSTER_NAME);
    before = await platform();
  });

  test.afterAll(async () => {
    await browser?.close();
  });

  /** Opens the editor from the platform page, writes a specification, and plans it. */
  async function plan(spec: Platform['spec']) {
    await page.goto('/app-network');
    await page.getByRole('link', { name: /^Change platform of/ }).click();
    await page
      .getByRole('textbox', { name: 'Specification' })
      .fill(JSON.stringify(spec, null, 2));
    await page.getByRole('button', { name: 'Plan', exact: true }).click();
    await expect(
      page.getByRole('button', { name: 'Apply this plan' }),
    ).toBeVisible({ timeout: 60_000 });
  }

  async function apply() {
    await page.getByRole('button', { name: 'Apply this plan' }).click();
    await expect(page.getByText('The plan is applied')).toBeVisible({
      timeout: 60_000,
    });
  }

  async function settled() {
    await expect
      .poll(
        async () => {
          const { metadata, status } = await platform();
          return status.observedGeneration === metadata.generation
            ? status.phase
            : 'Outdated';
        },
        { timeout: 120_000 },
      )
      .toBe('Ready');
  }

  test('is planned object by object, and nothing is written for that', async () => {
    const written = await writes(cluster);
    const spec = structuredClone(before.spec);
    const gateway = spec.components.istio.ingressGateway;
    gateway.service = {
      ...gateway.service,
      annotations: { ...gateway.service?.annotations, [ANNOTATION]: 'yes' },
    };
    await plan(spec);

    await expect(page.getByText('2 objects: 2 changed.')).toBeVisible();
    const diff = page.getByRole('region', {
      name: `Changes of Service istio-system/${GATEWAY}`,
    });
    await expect(diff).toContainText(`${ANNOTATION}: 'yes'`);
    await expect(
      page.getByRole('region', { name: 'Changes of NetworkPlatform default' }),
    ).toContainText(ANNOTATION);
    await page.screenshot({
      path: test.info().outputPath('plan.png'),
      fullPage: true,
    });
    expect(await annotation()).toBeUndefined();
    expect((await writes(cluster)).slice(written.length)).toEqual([]);
  });

  test('is applied: just the planned objects change', async () => {
    const contents = await platformContents(cluster);
    await apply();
    await expect.poll(annotation, { timeout: 60_000 }).toBe('yes');
    await settled();
    await expect(page.getByRole('grid', { name: 'Components' })).toBeVisible();
    const now = await platformContents(cluster);
    const names = [...new Set([...contents.keys(), ...now.keys()])];
    expect(names.filter(name => contents.get(name) !== now.get(name))).toEqual([
      `Service istio-system/${GATEWAY}`,
    ]);
  });

  test('is put back the same way, and nothing of it is left', async () => {
    await plan(before.spec);
    await expect(
      page.getByRole('region', {
        name: `Changes of Service istio-system/${GATEWAY}`,
      }),
    ).toContainText(ANNOTATION);
    await apply();
    await expect.poll(annotation, { timeout: 60_000 }).toBeUndefined();
    await settled();
    expect((await platform()).spec).toEqual(before.spec);
  });

  test('is refused at the line of the field that the API server names', async () => {
    await page.goto('/app-network');
    await page.getByRole('link', { name: /^Change platform of/ }).click();
    await page
      .getByRole('textbox', { name: 'Specification' })
      .fill('profile: development\nenvironmentName: Not A Name\n');
    await page.getByRole('button', { name: 'Plan', exact: true }).click();
    await expect(
      page.getByRole('alert', { name: 'What is wrong' }),
    ).toContainText('Line 2: spec.environmentName');
  });
});

/** Everything that the platform consists of, each object as far as somebody writes it, by its name. */
async function platformContents(
  cluster: LocalCluster,
): Promise<Map<string, string>> {
  const managedBy = 'app.kubernetes.io/managed-by';
  const objects = [
    ...(await everythingLabelled(cluster, `${managedBy}=Helm`)),
    ...(await everythingLabelled(cluster, `${managedBy}=app-network`)),
  ];
  return new Map(
    objects
      // Kubernetes makes these, and copies the labels of Services to them.
      .filter(({ kind }) => !/^Endpoint/.test(kind))
      .map(object => {
        const {
          metadata,
          status: _,
          ...rest
        } = object as KubernetesObject & {
          status?: unknown;
        };
        const { labels, annotations } = metadata;
        return [
          describeObject(object),
          JSON.stringify({ ...rest, labels, annotations }),
        ];
      }),
  );
}

/**
 * What the portal and its Helm have written for good to what the platform consists of, from the API server's audit log. Status, the notes
 * that Helm takes of its releases, and what an application's tests do meanwhile are none of it.
 */
async function writes(cluster: LocalCluster): Promise<string[]> {
  return (await auditEvents(cluster))
    .filter(
      ({ requestURI, userAgent = '', objectRef }) =>
        /^(app-network|Helm)/.test(userAgent) &&
        !requestURI.includes('dryRun=All') &&
        !objectRef?.subresource &&
        objectRef?.resource !== 'secrets' &&
        objectRef?.resource !== 'events',
    )
    .map(
      ({ objectRef }) =>
        `${objectRef?.resource ?? ''} ${objectRef?.name ?? ''}`,
    );
}
