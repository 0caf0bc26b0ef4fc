import type {
  AppNetwork,
  Condition,
} from '@app-network/backstage-plugin-app-network-common';
import type {
  AppNetworkProgress,
  AppNetworkService,
} from '@app-network/backstage-plugin-app-network-node';
import { mockServices } from '@backstage/backend-test-utils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { createExposeAction } from './expose';

/**
 * These test what the action makes of what the service tells. That the service tells the truth is tested in the cluster tests, against a
 * real API server.
 */
const condition = (
  type: string,
  status: Condition['status'],
  message = '',
): Condition => ({
  type,
  status,
  reason: 'Because',
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

const appNetwork = (conditions: Condition[], served = false): AppNetwork => ({
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'AppNetwork',
  metadata: { namespace: 'shop', name: 'shop' },
  status: {
    conditions,
    ...(served && {
      hostnames: ['shop.example.com', 'www.example.com'],
      urls: ['https://shop.example.com/', 'https://www.example.com/'],
    }),
  },
});

function service(
  progress: (signal: AbortSignal) => AsyncIterable<AppNetworkProgress>,
) {
  const unused = () => {
    throw new Error('not expected to be called');
  };
  return {
    getClusters: jest.fn<never, []>(unused),
    get: jest.fn<never, []>(unused),
    delete: jest.fn<never, []>(unused),
    deploy: jest.fn<never, []>(unused),
    waitUntilAvailable: jest.fn<never, []>(unused),
    waitUntilDeleted: jest.fn<never, []>(unused),
    resolveCluster: jest.fn(async (cluster?: string) => cluster ?? 'dev'),
    apply: jest.fn(async (..._: Parameters<AppNetworkService['apply']>) =>
      appNetwork([]),
    ),
    waitUntilReady: jest.fn(
      (...[, { signal }]: Parameters<AppNetworkService['waitUntilReady']>) =>
        progress(signal ?? new AbortController().signal),
    ),
  } satisfies AppNetworkService;
}

function context(input: Record<string, unknown>, isDryRun = false) {
  const logger = mockServices.logger.mock();
  const lines: string[] = [];
  logger.info.mockImplementation(line => void lines.push(line));
  const ctx = createMockActionContext({
    input: { namespace: 'shop', name: 'shop', ...input },
    logger,
    checkpoint: async ({ fn }) => fn(),
  });
  return {
    ctx: { ...ctx, isDryRun } as never,
    output: ctx.output as jest.Mock,
    lines,
  };
}

async function* soonReady() {
  const pending = [
    condition('CertificateReady', 'False', 'is being issued'),
    condition('Ready', 'False'),
  ];
  yield { appNetwork: appNetwork(pending), changed: pending, ready: false };
  const done = [
    condition('CertificateReady', 'True', 'issued by app-network-ca'),
    condition('Ready', 'True'),
  ];
  yield { appNetwork: appNetwork(done, true), changed: done, ready: true };
}

it('logs each change of a condition and gives what is served', async () => {
  const appNetworks = service(soonReady);
  const { ctx, output, lines } = context({ entityRef: 'shop' });
  await createExposeAction(appNetworks).handler(ctx);

  expect(lines).toEqual([
    'AppNetwork shop/shop on cluster dev applied',
    'CertificateReady: False — is being issued',
    'Ready: False — Because',
    'CertificateReady: True — issued by app-network-ca',
    'Ready: True — Because',
    'Served at https://shop.example.com/',
  ]);
  expect(Object.fromEntries(output.mock.calls)).toEqual({
    url: 'https://shop.example.com/',
    hostname: 'shop.example.com',
    hostnames: ['shop.example.com', 'www.example.com'],
    entityRef: 'component:default/shop',
    cluster: 'dev',
  });
});

it.each([
  ['nothing but its name', {}, {}],
  [
    'a Service with a port',
    { service: 'web', port: 80 },
    { rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  ],
  [
    'everything',
    {
      selector: { app: 'shop' },
      hostnames: ['a.example.com'],
      mesh: false,
      access: [{ namespace: 'cart' }],
      rules: [{ backendRefs: [{ name: 'web' }] }],
      spec: { tls: { mode: 'Terminate' } },
    },
    {
      selector: { matchLabels: { app: 'shop' } },
      hostnames: ['a.example.com'],
      mesh: { enabled: false },
      access: [{ namespace: 'cart' }],
      rules: [{ backendRefs: [{ name: 'web' }] }],
      tls: { mode: 'Terminate' },
    },
  ],
  ['an empty list of hostnames, as a form gives it', { hostnames: [] }, {}],
])('applies the spec for %s', async (_, input, spec) => {
  const appNetworks = service(soonReady);
  await createExposeAction(appNetworks).handler(context(input).ctx);
  expect(appNetworks.apply).toHaveBeenCalledWith(
    { cluster: 'dev', namespace: 'shop', name: 'shop' },
    { labels: { 'backstage.io/kubernetes-id': 'shop' }, spec },
    expect.objectContaining({ dryRun: false }),
  );
});

it.each([
  [{ rules: [{}], service: 'web' }, 'rules and service exclude each other'],
  [{ port: 80 }, 'port needs service'],
])('refuses %j', async (input, message) => {
  const appNetworks = service(soonReady);
  await expect(
    createExposeAction(appNetworks).handler(context(input).ctx),
  ).rejects.toThrow(message);
  expect(appNetworks.apply).not.toHaveBeenCalled();
});

it('fails with the reasons when the time is over', async () => {
  const appNetworks = service(async function* never(signal) {
    const conditions = [
      condition('GatewayReady', 'True', 'served'),
      condition('CertificateReady', 'False', 'ClusterIssuer x does not exist'),
      condition('Ready', 'False', 'sum'),
    ];
    yield { appNetwork: appNetwork(conditions), changed: [], ready: false };
    await new Promise(resolve => signal.addEventListener('abort', resolve));
  });
  await expect(
    createExposeAction(appNetworks).handler(
      context({ timeout: { seconds: 0.05 } }).ctx,
    ),
  ).rejects.toThrow(
    /AppNetwork shop\/shop on cluster dev is not Ready after .*: CertificateReady: False — ClusterIssuer x does not exist$/,
  );
});

it('writes nothing and waits for nothing in a dry run', async () => {
  const appNetworks = service(soonReady);
  const { ctx, lines } = context({}, true);
  await createExposeAction(appNetworks).handler(ctx);
  expect(appNetworks.apply).toHaveBeenCalledWith(
    expect.anything(),
    expect.anything(),
    expect.objectContaining({ dryRun: true }),
  );
  expect(appNetworks.waitUntilReady).not.toHaveBeenCalled();
  expect(lines).toEqual([
    'AppNetwork shop/shop on cluster dev would be accepted',
  ]);
});
