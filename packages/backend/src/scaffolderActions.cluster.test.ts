import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import appNetworkPlugin from '@app-network/backstage-plugin-app-network-backend';
import {
  createAppNetworkClient,
  type AppNetworkView,
} from '@app-network/backstage-plugin-app-network-common';
import scaffolderModuleAppNetwork from '@app-network/backstage-plugin-scaffolder-backend-module-app-network';
import {
  createMockDirectory,
  mockCredentials,
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

jest.setTimeout(120_000);

/** The actions, the service they call, the backend plugin over HTTP, and the API server behind it: all real. */

const workspace = createMockDirectory();
const actions = new Map<string, TemplateAction>();
const namespace = `test-${randomBytes(4).toString('hex')}`;
let backend: Awaited<ReturnType<typeof startTestBackend>>;

beforeAll(async () => {
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
  workspace.setContent({ 'ns.yaml': manifest('Namespace', namespace) });
  await connected();
  await run('app-network:deploy', {});
});

afterAll(async () => {
  await backend?.stop();
});

/** The cluster that the other cluster tests share: the one of APP_NETWORK_TEST_KUBECONFIG, or the local cluster `test`. */
async function testCluster(): Promise<{
  kubeconfig: string;
  context?: string;
}> {
  const kubeconfig = process.env.APP_NETWORK_TEST_KUBECONFIG;
  if (kubeconfig) {
    return { kubeconfig, context: process.env.APP_NETWORK_TEST_CONTEXT };
  }
  const cli = resolve(__dirname, '../../local-cluster/src/cli.ts');
  const cluster = async (...args: string[]) =>
    promisify(execFile)(process.execPath, [cli, ...args, '--name', 'test']);
  await cluster('up', '--control-plane-only');
  return JSON.parse((await cluster('status', '--json')).stdout);
}

const api = () =>
  createAppNetworkClient({
    discoveryApi: {
      getBaseUrl: async pluginId => {
        const address = backend.server.address();
        const port = typeof address === 'object' ? address?.port : undefined;
        return `http://localhost:${port}/api/${pluginId}`;
      },
    },
    fetchApi: {
      fetch: (input, init) => {
        const request = new Request(input, init);
        request.headers.set('authorization', mockCredentials.user.header());
        return fetch(request);
      },
    },
  });

/** Resolves when the backend has reached the cluster and the cluster has the kinds. */
async function connected(): Promise<void> {
  for (;;) {
    const [{ state }] = await api().getClusters();
    const written =
      state === 'Ready' &&
      (await api()
        .putAppNetwork(
          { cluster: 'test', namespace: 'default', name: 'probe' },
          {},
          { dryRun: true },
        )
        .catch(() => undefined));
    if (written) {
      return;
    }
    await new Promise(done => setTimeout(done, 100));
  }
}

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

const appNetwork = async (
  name: string,
): Promise<AppNetworkView['appNetwork'] | undefined> =>
  api()
    .getAppNetwork({ cluster: 'test', namespace, name })
    .then(
      view => view.appNetwork,
      error => {
        if (error.statusCode !== 404) {
          throw error;
        }
        return undefined;
      },
    );

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
    workspace.setContent({ 'a.yaml': manifest('ServiceAccount', 'never') });
    const { lines } = await run('app-network:deploy', {});
    expect(lines).toEqual([`ServiceAccount ${namespace}/never: created`]);
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
