import { mockServices } from '@backstage/backend-test-utils';
import {
  FINALIZER,
  OWNER_LABEL,
} from '@app-network/backstage-plugin-app-network-common';
import {
  connectToTestCluster,
  eventually,
  type TestConnection,
} from '../testing/cluster';
import { thingDefinition, type Thing } from '../testing/thing';
import { source, startController, type Controller } from './controller';
import { installCustomResourceDefinitions } from './crds';
import { ensureFinalizer, isDeleting, removeFinalizer } from './finalizer';
import { objectKey, objectRef, splitKey } from './objects';
import { MANAGED_BY_SELECTOR, reconcileOwned } from './reconcileOwned';
import { writeStatus } from './status';
import type { Reconciler } from './types';

jest.setTimeout(60_000);

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

describe('startController', () => {
  let test: TestConnection;
  let namespace: string;
  let end: AbortController;
  let controller: Controller | undefined;
  const { kind, definition } = thingDefinition();
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
    end = new AbortController();
  });
  afterEach(async () => {
    end.abort();
    await controller?.stopped;
  });
  afterAll(async () => {
    await test?.cluster.client.delete(objectRef(definition));
    await test?.close();
  });

  const thing = (name: string, text: string): Thing => ({
    ...kind,
    metadata: { name, namespace },
    spec: { text },
  });
  const things = () => test.cluster.informers.informer<Thing>(kind);
  const configMaps = () =>
    test.cluster.informers.informer(CONFIG_MAP, {
      labelSelector: MANAGED_BY_SELECTOR,
    });
  const inThisTest = (object: { metadata: { namespace?: string } }) =>
    object.metadata.namespace === namespace;

  const start = (reconcile: Reconciler['reconcile']) => {
    controller = startController({
      name: 'Thing',
      logger: mockServices.logger.mock(),
      reconciler: { reconcile },
      sources: [
        source(things(), object =>
          inThisTest(object) ? [objectKey(object)] : [],
        ),
        source(configMaps(), ({ metadata }) =>
          inThisTest({ metadata })
            ? [metadata.labels?.[OWNER_LABEL]?.replace('.', '/') ?? '']
            : [],
        ),
      ],
      signal: end.signal,
    });
  };

  /** A Thing becomes a ConfigMap with its text; its status says so. */
  const becomeConfigMap = async (key: string) => {
    const { client } = test.cluster;
    const { name } = splitKey(key);
    const live = things().get(namespace, name);
    if (!live) {
      return;
    }
    await ensureFinalizer(client, live, FINALIZER);
    const { pruned, deleting, failures } = await reconcileOwned(test.cluster, {
      owner: { namespace, name },
      desired: isDeleting(live)
        ? []
        : [
            {
              ...CONFIG_MAP,
              metadata: { name, namespace },
              ...{ data: { text: live.spec?.text } },
            },
          ],
      kinds: [CONFIG_MAP],
    });
    expect(failures).toEqual([]);
    if (!isDeleting(live)) {
      await writeStatus(client, live, { text: `made of ${live.spec?.text}` });
    } else if (pruned.length + deleting.length === 0) {
      await removeFinalizer(client, live, FINALIZER);
    }
  };

  it('brings objects that were there before it, and those that come, to what they should be, and ends them', async () => {
    const { client } = test.cluster;
    const read = (name: string) =>
      client.get<Thing>(objectRef(thing(name, '')));
    const readMade = (name: string) =>
      client.get({ ...CONFIG_MAP, namespace, name });
    await client.apply(thing('before', 'a'), { fieldManager: 'user' });
    start(becomeConfigMap);
    await client.apply(thing('after', 'b'), { fieldManager: 'user' });
    for (const [name, text] of [
      ['before', 'a'],
      ['after', 'b'],
    ]) {
      await eventually(
        `the status of ${name}`,
        async () => (await read(name))?.status?.text === `made of ${text}`,
      );
      expect(await readMade(name)).toMatchObject({ data: { text } });
    }

    await client.apply(thing('after', 'c'), { fieldManager: 'user' });
    await eventually(
      'the change',
      async () => (await read('after'))?.status?.text === 'made of c',
    );

    // What it made is made again when somebody deletes it.
    await client.delete({ ...CONFIG_MAP, namespace, name: 'after' });
    await eventually('it again', () => readMade('after'));

    await client.delete(objectRef(thing('after', '')));
    await eventually('its end', async () => !(await read('after')));
    expect(await readMade('after')).toBeUndefined();
    expect(await readMade('before')).toBeDefined();
  });

  it('tries again what failed, later each time, and goes on with the others', async () => {
    const attempts = new Map<string, number[]>();
    await test.cluster.client.apply(thing('bad', ''));
    await test.cluster.client.apply(thing('good', ''));
    start(async key => {
      const times = attempts.get(key) ?? [];
      attempts.set(key, [...times, Date.now()]);
      if (key.endsWith('/bad')) {
        throw new Error('as the test wants it');
      }
    });
    const bad = await eventually('eight attempts', () => {
      const times = attempts.get(`${namespace}/bad`) ?? [];
      return times.length >= 8 && times;
    });
    // 5, 10, 20, … 320 ms: the eighth comes at least 635 ms after the first.
    expect(bad[7] - bad[0]).toBeGreaterThanOrEqual(600);
    expect(attempts.get(`${namespace}/good`)).toHaveLength(1);
  });

  it('looks again when told to, though nothing has changed', async () => {
    let reconciles = 0;
    await test.cluster.client.apply(thing('again', ''));
    start(async () => {
      reconciles += 1;
      return { requeueAfterMs: 20 };
    });
    await eventually('five times', () => reconciles >= 5);
    expect(things().get(namespace, 'again')?.metadata.generation).toBe(1);
  });

  it('never reconciles one object twice at a time, and does it again for what came meanwhile', async () => {
    let running = 0;
    let most = 0;
    const seen: (string | undefined)[] = [];
    start(async key => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(resolve => setTimeout(resolve, 100));
      seen.push(things().get(namespace, splitKey(key).name)?.spec?.text);
      running -= 1;
    });
    for (let i = 0; i < 10; i++) {
      await test.cluster.client.apply(thing('one', String(i)));
    }
    await eventually('the last state', () => seen.at(-1) === '9');
    expect(most).toBe(1);
    expect(seen.length).toBeLessThan(10);
  });

  it('waits for a kind that is missing, without a word', async () => {
    const { kind: late, definition: lateDefinition } = thingDefinition();
    const logger = mockServices.logger.mock();
    const keys: string[] = [];
    const informer = test.cluster.informers.informer(late);
    controller = startController({
      name: 'Late',
      logger,
      reconciler: { reconcile: async key => void keys.push(key) },
      sources: [source(informer, object => [objectKey(object)])],
      signal: end.signal,
    });
    await eventually('KindMissing', () => informer.state === 'KindMissing');
    await installCustomResourceDefinitions(
      test.cluster.client,
      [lateDefinition],
      end.signal,
    );
    await test.cluster.client.apply({
      ...late,
      metadata: { name: 'a', namespace },
    });
    await eventually('the reconcile', () => keys.includes(`${namespace}/a`));
    expect(logger.warn).not.toHaveBeenCalled();
    await test.cluster.client.delete(objectRef(lateDefinition));
  });

  it('ends with its signal, when what is under way has ended', async () => {
    let ended = false;
    let started = false;
    await test.cluster.client.apply(thing('slow', ''));
    start(async () => {
      started = true;
      await new Promise(resolve => setTimeout(resolve, 300));
      ended = true;
    });
    await eventually('the start', () => started);
    end.abort();
    await controller?.stopped;
    expect(ended).toBe(true);
  });
});
