import {
  FINALIZER,
  OWNER_LABEL,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { auditEvents, isOwn } from '../testing/auditLog';
import {
  connectToTestCluster,
  eventually,
  synced,
  testCluster,
  type TestConnection,
} from '../testing/cluster';
import { thingDefinition, type Thing } from '../testing/thing';
import { installCustomResourceDefinitions } from './crds';
import { ensureFinalizer, removeFinalizer } from './finalizer';
import { objectRef } from './objects';
import { MANAGED_BY_SELECTOR, reconcileOwned } from './reconcileOwned';
import type { KindRef } from './types';

jest.setTimeout(60_000);

type Anything = KubernetesObject & Record<string, unknown>;

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

const NOTHING_DONE = {
  written: [],
  pruned: [],
  deleting: [],
  conflicts: [],
  failures: [],
};

describe('reconcileOwned', () => {
  let test: TestConnection;
  let namespace: string;
  const { kind: thingKind, definition } = thingDefinition();
  const owner = { namespace: 'test', name: 'owner' };
  beforeAll(async () => {
    test = await connectToTestCluster();
    await installCustomResourceDefinitions(
      test.cluster.client,
      [definition],
      new AbortController().signal,
    );
  }, 900_000);
  beforeEach(async () => {
    namespace = await test.createNamespace();
    owner.namespace = namespace;
    await watched(CONFIG_MAP, thingKind);
  });
  afterAll(async () => {
    await test?.cluster.client.delete(objectRef(definition));
    await test?.close();
  });

  const watched = async (...kinds: KindRef[]) => {
    for (const kind of kinds) {
      await synced(
        test.cluster.informers.informer(kind, {
          labelSelector: MANAGED_BY_SELECTOR,
        }),
      );
    }
  };
  const configMap = (
    name: string,
    data: Record<string, string> = {},
  ): Anything => ({
    ...CONFIG_MAP,
    metadata: { name, namespace },
    data,
  });
  const thing = (name: string, spec: Thing['spec']): Thing => ({
    ...thingKind,
    metadata: { name, namespace },
    spec,
  });
  const reconcile = (
    desired: KubernetesObject[],
    options: { retained?: KubernetesObject[]; kinds?: KindRef[] } = {},
  ) =>
    reconcileOwned(test.cluster, {
      owner,
      desired,
      retained: options.retained?.map(objectRef),
      kinds: options.kinds ?? [CONFIG_MAP, thingKind],
    });
  const read = <T extends KubernetesObject>(object: T) =>
    test.cluster.client.get<T>(objectRef(object));
  const names = (refs: { name: string }[]) =>
    refs.map(({ name }) => name).sort();

  it('makes what is desired, labelled with its owner, and changes what differs and only that', async () => {
    const first = await reconcile([
      configMap('a', { x: '1' }),
      configMap('b', { x: '1' }),
    ]);
    expect(names(first.written)).toEqual(['a', 'b']);
    expect((await read(configMap('a')))?.metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'app-network',
      [OWNER_LABEL]: `${namespace}.owner`,
    });

    const second = await reconcile([
      configMap('a', { x: '2' }),
      configMap('b', { x: '1' }),
    ]);
    expect(names(second.written)).toEqual(['a']);
    expect(names(second.observed.map(({ metadata }) => metadata))).toEqual([
      'a',
      'b',
    ]);
    expect(await read(configMap('a'))).toMatchObject({ data: { x: '2' } });
  });

  it('does not write again what was just written, though the watch has not brought it yet', async () => {
    for (let i = 0; i < 20; i++) {
      const desired = [configMap('a', { i: String(i) })];
      expect(names((await reconcile(desired)).written)).toEqual(['a']);
      expect(await reconcile(desired)).toMatchObject(NOTHING_DONE);
    }
  });

  it('takes off the fields that are no longer desired, and leaves those of others', async () => {
    await reconcile([
      thing('a', {
        text: 'x',
        map: [{ name: 'ours' }, { name: 'old' }],
        set: ['s', 't'],
      }),
    ]);
    await test.cluster.client.apply(
      thing('a', { map: [{ name: 'theirs', value: '1' }] }),
      { fieldManager: 'somebody' },
    );
    const result = await reconcile([
      thing('a', { map: [{ name: 'ours' }], set: ['s'] }),
    ]);
    expect(names(result.written)).toEqual(['a']);
    expect((await read(thing('a', {})))?.spec).toEqual({
      number: 1,
      map: [{ name: 'ours' }, { name: 'theirs', value: '1' }],
      set: ['s'],
    });
  });

  it('takes off a field inside a list that is replaced whole', async () => {
    await reconcile([thing('a', { list: [{ name: 'l', values: ['v'] }] })]);
    const result = await reconcile([thing('a', { list: [{ name: 'l' }] })]);
    expect(names(result.written)).toEqual(['a']);
    expect((await read(thing('a', {})))?.spec?.list).toEqual([{ name: 'l' }]);
  });

  it('writes once more at most where the API server puts defaults into such a list', async () => {
    const desired = [thing('a', { defaulted: [{ name: 'd' }] })];
    await reconcile(desired);
    await eventually('the watch has brought it', async () => {
      const { written } = await reconcile(desired);
      return written.length === 0;
    });
    for (let i = 0; i < 5; i++) {
      expect(await reconcile(desired)).toMatchObject(NOTHING_DONE);
    }
    const changed = [thing('a', { defaulted: [{ name: 'd', number: 2 }] })];
    expect(names((await reconcile(changed)).written)).toEqual(['a']);
    expect(names((await reconcile(desired)).written)).toEqual(['a']);
    expect((await read(thing('a', {})))?.spec?.defaulted).toEqual([
      { name: 'd', number: 1 },
    ]);
  });

  it('undoes what somebody else has made of our fields, also inside lists that are replaced whole', async () => {
    const desired = [thing('a', { text: 'ours', list: [{ name: 'l' }] })];
    await reconcile(desired);
    const informer = test.cluster.informers.informer<Thing>(thingKind, {
      labelSelector: MANAGED_BY_SELECTOR,
    });
    await test.cluster.client.apply(
      thing('a', { list: [{ name: 'l', values: ['added'] }] }),
      { fieldManager: 'somebody', force: true },
    );
    await eventually(
      'the change',
      () => informer.get(namespace, 'a')?.spec?.list?.[0].values,
    );
    expect(names((await reconcile(desired)).written)).toEqual(['a']);
    expect((await read(thing('a', {})))?.spec?.list).toEqual([{ name: 'l' }]);
    expect(await reconcile(desired)).toMatchObject(NOTHING_DONE);
  });

  it('prunes what is neither desired nor retained, of its own only', async () => {
    await reconcile([
      configMap('a'),
      configMap('b'),
      configMap('c'),
      thing('a', {}),
    ]);
    await reconcileOwned(test.cluster, {
      owner: { namespace, name: 'other' },
      desired: [configMap('of-other')],
      kinds: [CONFIG_MAP],
    });
    const result = await reconcile([configMap('a')], {
      retained: [configMap('b')],
    });
    expect(
      result.pruned.map(({ kind, name }) => `${kind} ${name}`).sort(),
    ).toEqual(['ConfigMap c', 'Thing a']);
    expect(await read(configMap('b'))).toBeDefined();
    expect(await read(configMap('of-other'))).toBeDefined();
    await eventually(
      'the deletions in the caches',
      async () =>
        (
          await reconcile([configMap('a')], { retained: [configMap('b')] })
        ).pruned.length === 0,
    );
    expect(await read(configMap('c'))).toBeUndefined();
  });

  it('says what is still being deleted, and makes it again when it is gone', async () => {
    const held = configMap('held');
    await reconcile([held]);
    const live = await read(held);
    await ensureFinalizer(test.cluster.client, live!, FINALIZER);
    expect(names((await reconcile([])).pruned)).toEqual(['held']);
    const informer = test.cluster.informers.informer(CONFIG_MAP, {
      labelSelector: MANAGED_BY_SELECTOR,
    });
    const deleting = await eventually('the mark', () => {
      const object = informer.get(namespace, 'held');
      return object?.metadata.deletionTimestamp ? object : undefined;
    });
    expect(names((await reconcile([])).deleting)).toEqual(['held']);
    expect(await reconcile([held])).toMatchObject({
      ...NOTHING_DONE,
      deleting: [objectRef(held)],
    });
    await removeFinalizer(test.cluster.client, deleting, FINALIZER);
    await eventually('the end', () => !informer.get(namespace, 'held'));
    expect(names((await reconcile([held])).written)).toEqual(['held']);
  });

  it('leaves a name alone that belongs to somebody else, and says to whom', async () => {
    const { client } = test.cluster;
    await client.apply(configMap('by-hand', { x: 'theirs' }), {
      fieldManager: 'kubectl',
    });
    await reconcileOwned(test.cluster, {
      owner: { namespace, name: 'other' },
      desired: [configMap('of-other', { x: 'theirs' })],
      kinds: [CONFIG_MAP],
    });
    const result = await reconcile([
      configMap('by-hand', { x: 'ours' }),
      configMap('of-other', { x: 'ours' }),
      configMap('free', { x: 'ours' }),
    ]);
    expect(result.conflicts).toEqual(
      expect.arrayContaining([
        { ref: objectRef(configMap('by-hand')), owner: undefined },
        { ref: objectRef(configMap('of-other')), owner: `${namespace}.other` },
      ]),
    );
    expect(names(result.written)).toEqual(['free']);
    expect(await read(configMap('by-hand'))).toMatchObject({
      data: { x: 'theirs' },
    });
    expect(await read(configMap('of-other'))).toMatchObject({
      data: { x: 'theirs' },
    });
  });

  it('writes the others when one can not be written, and says why', async () => {
    const { kind: missing } = thingDefinition();
    await eventually(
      'KindMissing',
      () =>
        test.cluster.informers.informer(missing, {
          labelSelector: MANAGED_BY_SELECTOR,
        }).state === 'KindMissing',
    );
    const result = await reconcile(
      [
        configMap('good'),
        {
          ...CONFIG_MAP,
          metadata: { name: 'nowhere', namespace: 'not-there' },
        },
        { ...thing('wrong', {}), spec: { number: 'one' } } as KubernetesObject,
        { ...missing, metadata: { name: 'unknown', namespace } },
      ],
      { kinds: [CONFIG_MAP, thingKind, missing] },
    );
    expect(names(result.written)).toEqual(['good']);
    expect(
      result.failures
        .map(({ ref, message, kindMissing }) => [
          ref.name,
          kindMissing,
          message,
        ])
        .sort(),
    ).toEqual([
      [
        'nowhere',
        false,
        "ConfigMap not-there/nowhere can't be made: its namespace not-there does not exist on cluster test; create it",
      ],
      [
        'unknown',
        true,
        expect.stringContaining(`no kind Thing in ${missing.apiVersion}`),
      ],
      ['wrong', false, expect.stringMatching(/Thing .*\/wrong.*spec\.number/s)],
    ]);
  });

  it('writes nothing for what has converged, whatever the API server makes of it', async () => {
    const desired: Anything[] = [
      configMap('empty'),
      thing('lists', {
        text: '',
        list: [{ name: 'a', values: [] }, { name: 'b' }],
        map: [{ name: 'm', value: '' }],
        set: ['b', 'a'],
        empty: {},
      }) as unknown as Anything,
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'service', namespace, annotations: {} },
        spec: {
          selector: { app: 'a' },
          ports: [
            { port: 80, name: 'http' },
            { port: 443, targetPort: 8443, name: 'https' },
          ],
        },
      },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'policy', namespace },
        spec: {
          podSelector: {},
          policyTypes: ['Ingress', 'Egress'],
          ingress: [],
          egress: [
            {
              to: [{ namespaceSelector: {} }],
              ports: [{ port: 53, protocol: 'UDP' }],
            },
          ],
        },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'deployment', namespace },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'a' } },
          template: {
            metadata: { labels: { app: 'a' } },
            spec: {
              containers: [
                {
                  name: 'a',
                  image: 'a',
                  env: [{ name: 'A', value: '1' }],
                  ports: [{ containerPort: 80 }],
                  resources: { requests: { cpu: '100m' } },
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'secret', namespace },
        type: 'Opaque',
        data: { a: 'YQ==' },
      },
    ];
    const kinds = desired.map(({ apiVersion, kind }) => ({ apiVersion, kind }));
    await watched(...kinds);
    expect(names((await reconcile(desired, { kinds })).written)).toHaveLength(
      desired.length,
    );
    // Deployments get a status by their controller; only what comes after it counts.
    const deployments = test.cluster.informers.informer<
      Anything & { status?: { observedGeneration?: number } }
    >(
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { labelSelector: MANAGED_BY_SELECTOR },
    );
    await eventually(
      'the status',
      () =>
        deployments.get(namespace, 'deployment')?.status?.observedGeneration,
    );

    const before = await ownWrites(namespace);
    for (let i = 0; i < 5; i++) {
      expect(await reconcile(desired, { kinds })).toMatchObject(NOTHING_DONE);
    }
    // A backend that starts anew has nothing but what it lists.
    const fresh = await connectToTestCluster();
    for (const kind of kinds) {
      await synced(
        fresh.cluster.informers.informer(kind, {
          labelSelector: MANAGED_BY_SELECTOR,
        }),
      );
    }
    expect(
      await reconcileOwned(fresh.cluster, { owner, desired, kinds }),
    ).toMatchObject(NOTHING_DONE);
    await fresh.close();
    expect(await ownWrites(namespace)).toEqual(before);
  });
});

/** The product's writes to a namespace. */
async function ownWrites(namespace: string): Promise<string[]> {
  const writes = (await auditEvents(await testCluster())).filter(
    event => isOwn(event) && event.objectRef?.namespace === namespace,
  );
  // The log would be the wrong one if it didn't have what was written before.
  expect(writes).not.toEqual([]);
  return writes.map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}
