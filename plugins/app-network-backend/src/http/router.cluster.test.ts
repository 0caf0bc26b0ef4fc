import { randomBytes } from 'node:crypto';
import {
  API_VERSION,
  type AppNetwork,
  type AppNetworkClient,
} from '@app-network/backstage-plugin-app-network-common';
import type { BackendFeature } from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { ResponseError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { apiClient } from '../testing/apiClient';
import {
  startBackend,
  type StartedBackend,
} from '../__testUtils__/startBackend';
import {
  connectToTestCluster,
  eventually,
  testCluster,
  type TestConnection,
} from '../testing/cluster';

jest.setTimeout(120_000);

const entity: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    namespace: 'default',
    name: `shop-${randomBytes(3).toString('hex')}`,
  },
};
const id = { 'backstage.io/kubernetes-id': entity.metadata.name };

let admin: TestConnection;
let namespace: string;
let backend: StartedBackend;
let api: AppNetworkClient;
const published: unknown[] = [];
const auditor = mockServices.auditor.mock({
  createEvent: jest.fn(async () => ({ success: jest.fn(), fail: jest.fn() })),
});

beforeAll(async () => {
  admin = await connectToTestCluster();
  namespace = await admin.createNamespace();
  backend = await start();
  ({ api } = backend);
  await eventually('cluster test is Ready', async () =>
    (
      await api.getClusters()
    ).some(({ name, state }) => name === 'test' && state === 'Ready'),
  );
});

afterAll(async () => {
  await backend?.stop();
  await admin?.close();
});

async function start(...features: BackendFeature[]) {
  const { kubeconfig, context } = await testCluster();
  return startBackend({
    appNetwork: {
      clusters: [
        { name: 'test', kubeconfig, context },
        { name: 'away', title: 'Far away', url: 'https://127.0.0.1:1' },
      ],
    },
    entities: [entity],
    publish: async signal => void published.push(signal),
    features: [auditor.factory, ...features],
  });
}

const ref = (name: string) => ({ cluster: 'test', namespace, name });

/** What was answered instead: the status and the message. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ResponseError) {
      return `${error.response.status} ${error.body.error.message}`;
    }
    throw error;
  }
  return 'not refused';
}

describe('clusters', () => {
  it('lists all, says why one is unreachable', async () => {
    const away = await eventually('cluster away is Unreachable', async () =>
      (await api.getClusters()).find(({ state }) => state === 'Unreachable'),
    );
    expect(away).toMatchObject({ name: 'away', title: 'Far away' });
    expect(away.message).toMatch(/127\.0\.0\.1:1/);
    const [test] = await api.getClusters();
    expect(test).toMatchObject({ name: 'test', state: 'Ready', message: '' });
    expect(test.version).toMatch(/^v1\./);
  });

  it('answers 404 for a cluster that is not configured, 503 for one that is not there', async () => {
    expect(await refusal(api.getPlatform('none'))).toMatch(
      /^404 .*no cluster none in appNetwork.clusters/s,
    );
    for (const call of [
      api.getPlatform('away'),
      // Whoever asks for a deletion has to know that it has not begun.
      api.deleteAppNetwork({ ...ref('life'), cluster: 'away' }),
    ]) {
      expect(await refusal(call)).toMatch(
        /^503 .*cluster away is not connected/s,
      );
    }
  });
});

describe('an AppNetwork', () => {
  it('is created, shown, changed and deleted', async () => {
    const created = await api.putAppNetwork(ref('life'), {
      labels: id,
      spec: { hostnames: ['life.example.com'] },
    });
    expect(created.spec?.hostnames).toEqual(['life.example.com']);

    const view = await api.getAppNetwork(ref('life'));
    expect(view).toMatchObject({
      cluster: 'test',
      appNetwork: { metadata: { name: 'life', labels: id } },
    });
    expect(view.appNetwork.metadata.managedFields).toBeUndefined();

    const changed = await api.putAppNetwork(ref('life'), {
      labels: id,
      spec: { expose: false },
    });
    expect(changed.spec?.hostnames).toBeUndefined();

    await api.deleteAppNetwork(ref('life'));
    await eventually('it is gone', () =>
      api.getAppNetwork(ref('life')).then(
        () => false,
        error => error instanceof ResponseError && error.statusCode === 404,
      ),
    );
  });

  it('is not written in a dry run', async () => {
    await api.putAppNetwork(ref('dry'), {}, { dryRun: true });
    expect(await refusal(api.getAppNetwork(ref('dry')))).toMatch(
      /^404 .*AppNetwork .*\/dry is not in cluster test/s,
    );
  });

  it.each([
    [
      'an invalid hostname',
      { spec: { hostnames: ['Not_A_Host'] } },
      /spec\.hostnames\[0\].*Not_A_Host/,
    ],
    [
      'an unknown field',
      { spec: { hostname: 'a.example.com' } },
      /spec\.hostname\b/,
    ],
    [
      'a rule across fields',
      {
        spec: {
          tls: { mode: 'Passthrough' as const },
          rules: [{ matches: [{ method: 'GET' as const }] }],
        },
      },
      /rules\[0\]\.matches cannot be used with tls\.mode Passthrough/,
    ],
  ])(
    'is refused with the field named: %s',
    async (_, input: object, message) => {
      const answer = await refusal(api.putAppNetwork(ref('bad'), input));
      expect(answer).toMatch(/^400 /);
      expect(answer).toMatch(message);
    },
  );

  it('is refused where the request is no AppNetwork at all', async () => {
    const input = { labels: { a: 1 } } as never;
    expect(await refusal(api.putAppNetwork(ref('bad'), input))).toMatch(
      /^400 .*labels\/a must be string/s,
    );
  });

  it('is refused in a namespace that does not exist', async () => {
    expect(
      await refusal(
        api.putAppNetwork({ ...ref('a'), namespace: 'no-such' }, {}),
      ),
    ).toMatch(/^404 .*namespaces "no-such" not found/s);
  });

  it('is not taken over from another entity', async () => {
    await api.putAppNetwork(ref('owned'), { labels: id });
    expect(
      await refusal(
        api.putAppNetwork(ref('owned'), {
          labels: { 'backstage.io/kubernetes-id': 'thief' },
        }),
      ),
    ).toMatch(/^409 .*belongs to the entity ‘shop-.*’.*‘thief’/s);
  });

  it('is not taken over from another field manager', async () => {
    await admin.cluster.client.apply(
      {
        apiVersion: API_VERSION,
        kind: 'AppNetwork',
        metadata: { namespace, name: 'gitops' },
        spec: { hostnames: ['gitops.example.com'] },
      } as AppNetwork,
      { fieldManager: 'argocd-controller' },
    );
    expect(
      await refusal(
        api.putAppNetwork(ref('gitops'), {
          spec: { hostnames: ['other.example.com'], expose: false },
        }),
      ),
    ).toMatch(/^409 .*kept by argocd-controller/s);
  });

  it('is waited for', async () => {
    const { metadata } = await api.putAppNetwork(ref('waited'), { labels: id });
    const { appNetwork: settled } = await api.getAppNetwork(ref('waited'), {
      changedSince: metadata.resourceVersion,
      timeoutSeconds: 1,
    });
    const change = api.getAppNetwork(ref('waited'), {
      changedSince: settled.metadata.resourceVersion,
      timeoutSeconds: 30,
    });
    const began = Date.now();
    await admin.cluster.client.mergePatch(
      {
        apiVersion: API_VERSION,
        kind: 'AppNetwork',
        namespace,
        name: 'waited',
      },
      { metadata: { annotations: { changed: 'yes' } } },
    );
    const { appNetwork } = await change;
    expect(appNetwork.metadata.resourceVersion).not.toBe(
      settled.metadata.resourceVersion,
    );
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('is signalled when it changes, once for many changes at a time', async () => {
    published.length = 0;
    await api.putAppNetwork(ref('signal'), { labels: id });
    await eventually('a signal', () =>
      published.some(signal => JSON.stringify(signal).includes('"signal"')),
    );
    expect(published).toContainEqual({
      recipients: { type: 'broadcast' },
      channel: 'app-network',
      message: {
        cluster: 'test',
        kind: 'AppNetwork',
        namespace,
        name: 'signal',
      },
    });
  });
});

describe("an entity's networks", () => {
  const path = {
    kind: 'component',
    namespace: 'default',
    name: entity.metadata.name,
  };

  it('are those with its id, and the clusters that did not answer', async () => {
    await api.putAppNetwork(ref('mine'), { labels: id });
    await api.putAppNetwork(ref('not-mine'), {
      labels: { 'backstage.io/kubernetes-id': 'other' },
    });
    const networks = await eventually('mine', async () => {
      const answer = await api.getEntityNetworks(path);
      return answer.items.some(
        ({ appNetwork }) => appNetwork.metadata.name === 'mine',
      )
        ? answer
        : undefined;
    });
    expect(
      networks.items.map(({ appNetwork }) => appNetwork.metadata.name),
    ).not.toContain('not-mine');
    expect(networks.errors).toEqual([
      { cluster: 'away', message: expect.stringContaining('away') },
    ]);
    expect(networks.clusters.map(({ name }) => name)).toEqual(['test', 'away']);
  });

  it('are not there for an entity that the catalog does not have', async () => {
    expect(
      await refusal(api.getEntityNetworks({ ...path, name: 'nobody' })),
    ).toMatch(/^404 .*component:default\/nobody/s);
  });
});

describe('a workload', () => {
  const deployment = (name: string, labels: Record<string, string> = id) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'web' }] },
      },
    },
  });
  const serviceAccount = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
  });

  it('is applied in order, uses the Namespace that is there, and says what it did', async () => {
    const workload = {
      namespace,
      manifests: [
        deployment('web'),
        serviceAccount('web'),
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ],
    };
    const done = async () =>
      (await api.applyWorkload('test', workload)).map(
        ({ ref: { kind }, action }) => `${kind} ${action}`,
      );
    expect(await done()).toEqual([
      'Namespace Used',
      'ServiceAccount Created',
      'Deployment Created',
    ]);
    workload.manifests[0] = {
      ...deployment('web'),
      spec: { ...deployment('web').spec, replicas: 0, paused: false },
    } as never;
    expect((await done())[1]).toBe('ServiceAccount Unchanged');
  });

  it('tells how far its rollout is', async () => {
    await api.applyWorkload('test', {
      namespace,
      manifests: [deployment('none')],
    });
    const rollout = await eventually('Available', async () => {
      const view = await api.getDeployment(ref('none'));
      return view.state === 'Available' && view;
    });
    expect(rollout).toMatchObject({ replicas: 0, available: 0, message: '' });

    const scaled = deployment('none');
    scaled.spec.replicas = 1;
    await api.applyWorkload('test', { namespace, manifests: [scaled] });
    const next = await api.getDeployment(ref('none'), {
      changedSince: rollout.version,
      timeoutSeconds: 20,
    });
    expect(next.state).toBe('Progressing');
    expect(next.version).not.toBe(rollout.version);
  });

  it('is refused as a whole when it contains another kind, each named', async () => {
    expect(
      await refusal(
        api.applyWorkload('test', {
          namespace,
          manifests: [
            serviceAccount('never'),
            { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
            {
              apiVersion: 'rbac.authorization.k8s.io/v1',
              kind: 'ClusterRoleBinding',
              metadata: { name: 'c' },
            },
          ],
        }),
      ),
    ).toMatch(
      /^400 .*manifests\[1\], Secret s: .*kind Secret.*manifests\[2\], ClusterRoleBinding c:/s,
    );
    expect(
      await admin.cluster.client.get({
        ...serviceAccount('never'),
        namespace,
        name: 'never',
      }),
    ).toBeUndefined();
  });

  it.each([
    [
      'another namespace',
      { ...serviceAccount('a'), metadata: { name: 'a', namespace: 'default' } },
      /namespace ‘default’/,
    ],
    [
      'a kind of that name in another group',
      { ...deployment('a'), apiVersion: 'example.com/v1' },
      /Deployment of example.com\/v1/,
    ],
    [
      'what App Network makes itself',
      {
        ...serviceAccount('a'),
        metadata: {
          name: 'a',
          labels: { 'app.kubernetes.io/managed-by': 'app-network' },
        },
      },
      /managed-by/,
    ],
  ])('is refused for %s', async (_, manifest, message) => {
    const answer = await refusal(
      api.applyWorkload('test', { namespace, manifests: [manifest] }),
    );
    expect(answer).toMatch(/^400 /);
    expect(answer).toMatch(message);
  });

  it('is refused in a namespace of the cluster', async () => {
    expect(
      await refusal(
        api.applyWorkload('test', {
          namespace: 'kube-system',
          manifests: [deployment('a')],
        }),
      ),
    ).toMatch(/^400 .*‘kube-system’ belongs to the cluster/s);
  });

  it("leaves others' objects alone", async () => {
    const object = deployment('theirs', {});
    await admin.cluster.client.apply(
      { ...object, metadata: { ...object.metadata, namespace } },
      { fieldManager: 'kubectl' },
    );
    expect(
      await refusal(
        api.applyWorkload('test', {
          namespace,
          manifests: [deployment('theirs')],
        }),
      ),
    ).toMatch(/^409 .*Deployment .*\/theirs exists and was made by kubectl/s);
    await api.applyWorkload('test', {
      namespace,
      manifests: [deployment('ours')],
    });
    expect(
      await refusal(
        api.applyWorkload('test', {
          namespace,
          manifests: [
            deployment('ours', { 'backstage.io/kubernetes-id': 'thief' }),
          ],
        }),
      ),
    ).toMatch(/^409 .*belongs to the entity ‘shop-/s);
  });
});

it('has the auditor note each write and how it ended', async () => {
  jest.mocked(auditor.createEvent).mockClear();
  await api.putAppNetwork(ref('audited'), { labels: id });
  await api
    .putAppNetwork(ref('audited'), { spec: { hostnames: ['_'] } })
    .catch(() => {});
  const events = jest.mocked(auditor.createEvent);
  expect(events).toHaveBeenCalledWith(
    expect.objectContaining({
      eventId: 'app-network-apply',
      meta: expect.objectContaining(ref('audited')),
    }),
  );
  const [done, failed] = await Promise.all(
    events.mock.results.map(({ value }) => value),
  );
  expect(done.success).toHaveBeenCalled();
  expect(failed.fail).toHaveBeenCalledWith({
    error: expect.objectContaining({
      message: expect.stringMatching(/hostnames/),
    }),
  });
});

describe('a change of the platform', () => {
  const PLATFORM = {
    apiVersion: API_VERSION,
    kind: 'NetworkPlatform',
    name: 'default',
  };

  it('is planned, and not made under another plan’s id', async () => {
    const spec = { profile: 'development' } as const;
    const plan = await eventually('a plan', () =>
      api.planPlatform('test', { spec }).catch(error => {
        // Its caches are being filled.
        if (error.response?.status !== 503) {
          throw error;
        }
        return undefined;
      }),
    );
    expect(plan).toMatchObject({ action: 'Install' });
    expect(plan.objects[0]).toMatchObject({
      action: 'Create',
      ref: { kind: 'NetworkPlatform', name: 'default' },
    });
    expect(
      await refusal(api.applyPlatform('test', { spec, planId: 'another' })),
    ).toMatch(/^409 .*Nothing was written; plan again/s);
    expect(await admin.cluster.client.get(PLATFORM)).toBeUndefined();
    expect(auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({
        eventId: 'platform-apply',
        meta: expect.objectContaining({ cluster: 'test', planId: 'another' }),
      }),
    );
  });

  it('is refused with the fields that are wrong', async () => {
    const fields = async (spec: object) => {
      try {
        await api.planPlatform('test', { spec });
      } catch (error) {
        return (error as ResponseError).body.error.fields;
      }
      return 'not refused';
    };
    expect(await fields({ environmentName: 'Not A Name' })).toEqual([
      {
        field: 'spec.environmentName',
        message: expect.stringContaining('Invalid value'),
      },
    ]);
    expect(await fields({ profil: 'production' })).toEqual([
      { field: 'spec.profil', message: 'unknown field "spec.profil"' },
    ]);
  });

  it('has to be one: a spec, or a removal', async () => {
    expect(await refusal(api.planPlatform('test', {} as never))).toMatch(
      /^400 /,
    );
  });

  it('finds nothing to remove, and no values, where there is no platform', async () => {
    expect(await refusal(api.planPlatform('test', { remove: {} }))).toMatch(
      /^404 .*nothing to remove/s,
    );
    expect(await refusal(api.getReleaseValues('test', 'istiod'))).toMatch(
      /^404 .*no NetworkPlatform/s,
    );
  });
});

it('answers 403 to whom the permission is denied, and 401 to whom nobody knows', async () => {
  const denied = await start(
    mockServices.permissions.factory({ result: AuthorizeResult.DENY }),
  );
  try {
    const theirs = denied.api;
    for (const call of [
      () => theirs.getClusters(),
      () => theirs.getPlatform('test'),
      () =>
        theirs.getEntityNetworks({
          kind: 'component',
          namespace: 'default',
          name: 'a',
        }),
      () => theirs.getAppNetwork(ref('a')),
      () => theirs.putAppNetwork(ref('a'), {}),
      () => theirs.deleteAppNetwork(ref('a')),
      () =>
        theirs.applyWorkload('test', {
          manifests: [
            { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } },
          ],
        }),
      () => theirs.getDeployment(ref('a')),
      () => theirs.planPlatform('test', { spec: {} }),
      () => theirs.applyPlatform('test', { spec: {}, planId: 'a' }),
      () => theirs.removePlatform('test', { planId: 'a' }),
      () => theirs.getReleaseValues('test', 'istiod'),
    ]) {
      expect(await refusal(call())).toMatch(
        /^403 .*permission app-network\.\w+ is denied/s,
      );
    }
    const anonymous = apiClient(denied.server, mockCredentials.none.header());
    expect(await refusal(anonymous.getClusters())).toMatch(/^401 /);
  } finally {
    await denied.stop();
  }
});
