import { randomBytes } from 'node:crypto';
import { appNetworkPlugin } from '@app-network/backstage-plugin-app-network-backend';
import {
  connectToTestCluster,
  eventually,
  testCluster,
  type TestConnection,
} from '@app-network/backstage-plugin-app-network-backend/src/testing/cluster';
import {
  createMockDirectory,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  scaffolderActionsExtensionPoint,
  type TemplateAction,
} from '@backstage/plugin-scaffolder-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { stringify } from 'yaml';
import { scaffolderModuleAppNetwork } from './module';

/** The actions, the service they call, the backend plugin over HTTP, and the API server behind it: all real. */
jest.setTimeout(120_000);

const workspace = createMockDirectory();
const actions = new Map<string, TemplateAction>();
let admin: TestConnection;
let namespace: string;
let backend: Awaited<ReturnType<typeof startTestBackend>>;

beforeAll(async () => {
  admin = await connectToTestCluster();
  namespace = await admin.createNamespace();
  const { kubeconfig, context } = await testCluster();
  backend = await startTestBackend({
    features: [
      appNetworkPlugin,
      scaffolderModuleAppNetwork,
      catalogServiceMock.factory(),
      mockServices.rootConfig.factory({
        data: {
          appNetwork: { clusters: [{ name: 'test', kubeconfig, context }] },
        },
      }),
    ],
    extensionPoints: [
      [
        scaffolderActionsExtensionPoint,
        {
          addActions: (...added) =>
            added.forEach(action => actions.set(action.id, action as never)),
        },
      ],
    ],
  });
  await eventually('the kinds are installed', () =>
    run('app-network:expose', { name: 'probe' }, true).then(
      () => true,
      () => false,
    ),
  );
});

afterAll(async () => {
  await backend?.stop();
  await admin?.close();
});

async function run(id: string, input: object, isDryRun = false) {
  const lines: string[] = [];
  const logger = mockServices.logger.mock();
  logger.info.mockImplementation(line => void lines.push(line));
  const ctx = createMockActionContext({
    input: { namespace, ...input } as never,
    workspacePath: workspace.path,
    logger,
    checkpoint: async ({ fn }) => fn(),
  });
  const failure = await actions
    .get(id)!
    .handler({ ...ctx, isDryRun } as never)
    .then(
      () => undefined,
      error => error as Error,
    );
  if (failure) {
    throw Object.assign(failure, { lines });
  }
  return {
    lines,
    output: Object.fromEntries((ctx.output as jest.Mock).mock.calls),
  };
}

const appNetwork = (name: string) =>
  admin.cluster.client.get({
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    namespace,
    name,
  });

const manifest = (kind: string, name: string, more: object = {}) =>
  stringify({
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    metadata: { name },
    ...more,
  });

const deployment = (name: string, replicas: number) =>
  manifest('Deployment', name, {
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'web' }] },
      },
    },
  });

describe('app-network:expose', () => {
  it('applies the AppNetwork, tells its conditions, and fails with the reason when the time is over', async () => {
    await expect(
      run('app-network:expose', {
        name: 'late',
        entityRef: 'shop',
        hostnames: ['late.example.com'],
        timeout: { seconds: 3 },
      }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(
        /^AppNetwork .*\/late on cluster test is not Ready after 3 seconds: \w+Ready: (False|Unknown) — \w+/,
      ),
      lines: expect.arrayContaining([
        expect.stringMatching(/^Ready: (False|Unknown) — /),
      ]),
    });
    expect(await appNetwork('late')).toMatchObject({
      metadata: { labels: { 'backstage.io/kubernetes-id': 'shop' } },
      spec: { hostnames: ['late.example.com'] },
    });
  });

  it('fails at once with what the API server refused', async () => {
    await expect(
      run('app-network:expose', { name: 'bad', hostnames: ['_'] }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/spec\.hostnames\[0\]/),
    });
  });

  it('names the cluster that does not exist', async () => {
    await expect(
      run('app-network:expose', { name: 'a', cluster: 'none' }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/no cluster none/),
    });
  });

  it('writes nothing in a dry run', async () => {
    const { lines } = await run('app-network:expose', { name: 'dry' }, true);
    expect(lines).toEqual([
      `AppNetwork ${namespace}/dry on cluster test would be accepted`,
    ]);
    expect(await appNetwork('dry')).toBeUndefined();
  });
});

describe('app-network:deploy', () => {
  it('applies the folder and waits for its Deployments', async () => {
    const name = `web-${randomBytes(3).toString('hex')}`;
    workspace.setContent({
      manifests: {
        'all.yaml': [
          manifest('ServiceAccount', name),
          deployment(name, 0),
        ].join('---\n'),
      },
    });
    const { lines, output } = await run('app-network:deploy', {
      path: 'manifests',
    });
    expect(lines.slice(0, 2)).toEqual([
      `ServiceAccount ${namespace}/${name}: created`,
      `Deployment ${namespace}/${name}: created`,
    ]);
    expect(lines.at(-1)).toBe(`Deployment ${namespace}/${name}: available`);
    expect(output.objects).toHaveLength(2);
  });

  it('fails with what the pods wait for when the time is over', async () => {
    workspace.setContent({ 'web.yaml': deployment('waits', 1) });
    await expect(
      run('app-network:deploy', { timeout: { seconds: 2 } }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(
        /Deployment .*\/waits is not available after 2 seconds: 0 of 1 pods available/,
      ),
    });
  });

  it('names the file and the line of broken YAML, and writes nothing', async () => {
    workspace.setContent({
      'a.yaml': manifest('ServiceAccount', 'never'),
      'b.yaml': 'apiVersion: v1\nkind: [',
    });
    await expect(run('app-network:deploy', {})).rejects.toMatchObject({
      message: expect.stringMatching(/^b.yaml, line 2, column \d+: /),
    });
    expect(
      await admin.cluster.client.get({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        namespace,
        name: 'never',
      }),
    ).toBeUndefined();
  });

  it('refuses a Secret by name', async () => {
    workspace.setContent({ 's.yaml': manifest('Secret', 'password') });
    await expect(run('app-network:deploy', {})).rejects.toMatchObject({
      message: expect.stringMatching(/Secret password: .*kind Secret/),
    });
  });

  it('does not leave the workspace', async () => {
    await expect(
      run('app-network:deploy', { path: '../..' }),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
  });
});

describe('app-network:delete', () => {
  it('deletes it and waits until it is gone; what is not there is no error', async () => {
    await run('app-network:expose', {
      name: 'gone',
      timeout: { seconds: 0.5 },
    }).catch(() => {});
    expect(await appNetwork('gone')).toBeDefined();
    for (let times = 0; times < 2; times++) {
      const { lines } = await run('app-network:delete', { name: 'gone' });
      expect(lines.at(-1)).toBe(
        `AppNetwork ${namespace}/gone on cluster test is gone`,
      );
      expect(await appNetwork('gone')).toBeUndefined();
    }
  });
});
