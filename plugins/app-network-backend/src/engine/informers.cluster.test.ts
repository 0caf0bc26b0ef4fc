import {
  OWNER_LABEL,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import {
  connectToTestCluster,
  eventually,
  synced,
  type TestConnection,
} from '../testing/cluster';
import { thingDefinition } from '../testing/thing';
import type { Connection } from './connection';
import { installCustomResourceDefinitions } from './crds';
import { createDiscovery } from './discovery';
import { createInformers } from './informers';
import { objectRef } from './objects';

jest.setTimeout(60_000);

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

describe('Informers', () => {
  let test: TestConnection;
  let namespace: string;
  const end = new AbortController();
  const { signal } = end;
  beforeAll(async () => {
    test = await connectToTestCluster();
    namespace = await test.createNamespace();
  }, 900_000);
  afterAll(async () => {
    end.abort();
    await test?.close();
  });

  const configMap = (
    name: string,
    labels: Record<string, string> = {},
  ): KubernetesObject => ({
    ...CONFIG_MAP,
    metadata: { name, namespace, labels },
  });

  /** Informers that see nothing of what the test's own client writes but by their watches. */
  const separateInformers = (
    connection: Connection = test.connection,
    ends = signal,
  ) =>
    createInformers({
      connection,
      discovery: createDiscovery(connection),
      signal: ends,
    });

  it('follow additions, changes and deletions, and find objects by their owner', async () => {
    const { client } = test.cluster;
    await client.apply(configMap('before', { [OWNER_LABEL]: 'one' }));
    const informer = await synced(separateInformers().informer(CONFIG_MAP));
    const seen: string[] = [];
    informer.onChange(object => seen.push(object?.metadata.name ?? 'state'));
    expect(informer.get(namespace, 'before')).toMatchObject(
      configMap('before'),
    );
    expect(informer.message).toBe('');

    await client.apply(configMap('after', { [OWNER_LABEL]: 'one' }));
    await eventually('the addition', () => informer.get(namespace, 'after'));
    expect(
      informer.ownedBy('one').map(({ metadata }) => metadata.name),
    ).toEqual(['before', 'after']);

    await client.apply(configMap('after', { [OWNER_LABEL]: 'two' }));
    await eventually('the change', () => informer.ownedBy('two').length === 1);
    expect(informer.ownedBy('one')).toHaveLength(1);

    await client.delete(objectRef(configMap('before')));
    await eventually('the deletion', () => !informer.get(namespace, 'before'));
    expect(seen.filter(name => name !== 'kube-root-ca.crt')).toEqual([
      'after',
      'after',
      'before',
    ]);
  });

  it('hold only what is selected, and metadata alone where that is asked for', async () => {
    const { client } = test.cluster;
    await client.apply({
      ...configMap('selected', { pick: 'me' }),
      data: { large: 'x' },
    } as KubernetesObject);
    await client.apply(configMap('other', { pick: 'not' }));
    const informer = await synced(
      separateInformers().informer(CONFIG_MAP, {
        labelSelector: 'pick=me',
        metadataOnly: true,
      }),
    );
    expect(informer.list(namespace)).toEqual([
      {
        ...CONFIG_MAP,
        metadata: expect.objectContaining({ name: 'selected' }),
      },
    ]);
  });

  it('have what our own client has written at once, and are told of it once', async () => {
    const { client, informers } = test.cluster;
    const informer = await synced(informers.informer(CONFIG_MAP));
    let told = 0;
    informer.onChange(object => {
      told += object?.metadata.name === 'ours' ? 1 : 0;
    });
    const made = await client.apply(configMap('ours'));
    expect(informer.get(namespace, 'ours')?.metadata.resourceVersion).toBe(
      made.metadata.resourceVersion,
    );
    await client.apply(configMap('later'));
    await eventually('what comes after it by the watch', async () => {
      await client.apply(configMap('later', { at: String(Date.now()) }));
      return told > 0;
    });
    expect(told).toBe(1);
  });

  it('list again when the API server has forgotten where they were, and tell what they missed', async () => {
    const { client } = test.cluster;
    // A kind that is younger than the API server: it never knew what was before it.
    const { kind, definition } = thingDefinition();
    await installCustomResourceDefinitions(client, [definition], signal);
    const thing = (name: string) => ({
      ...kind,
      metadata: { name, namespace },
    });
    await client.apply(thing('missed-deletion'));
    // The first watch ends when told to; the next starts at the first version of all, which the API server answers with 410.
    const firstWatch = new AbortController();
    let lists = 0;
    let watches = 0;
    const connection: Connection = {
      ...test.connection,
      request: request => {
        lists += request.call.verb === 'list' ? 1 : 0;
        return test.connection.request(request);
      },
      lines: request => {
        watches += 1;
        return test.connection.lines({
          ...request,
          query: {
            ...request.query,
            ...(watches === 2 ? { resourceVersion: '1' } : {}),
          },
          signal: watches === 1 ? firstWatch.signal : request.signal,
        });
      },
    };
    const informer = await synced(separateInformers(connection).informer(kind));
    const seen: (string | undefined)[] = [];
    informer.onChange(object => seen.push(object?.metadata.name));
    firstWatch.abort();
    await client.delete(objectRef(thing('missed-deletion')));
    await client.apply(thing('missed-addition'));
    await eventually('the third watch', () => watches === 3);
    expect(lists).toBe(2);
    await eventually('all that was missed', () =>
      informer.get(namespace, 'missed-addition'),
    );
    expect(informer.get(namespace, 'missed-deletion')).toBeUndefined();
    expect(seen).toEqual(
      expect.arrayContaining(['missed-deletion', 'missed-addition']),
    );
    await client.delete(objectRef(definition));
  });

  it('wait for a kind that is missing, follow it as soon as it is there, and see it go', async () => {
    const { client } = test.cluster;
    const { kind, definition } = thingDefinition();
    const checks: number[] = [];
    const informer = separateInformers({
      ...test.connection,
      request: request => {
        if (request.path.endsWith(kind.apiVersion)) {
          checks.push(Date.now());
        }
        return test.connection.request(request);
      },
    }).informer(kind);
    await eventually('KindMissing', () => informer.state === 'KindMissing');
    expect(informer.hasSynced).toBe(false);
    expect(informer.message).toContain(`no kind Thing in ${kind.apiVersion}`);
    // The checks become rare: after one of more than 2.5 s the next is in 4 s, and only the definition itself can bring it sooner.
    await eventually('a rare check', () => {
      const [last = 0, previous = last] = [checks.at(-1), checks.at(-2)];
      return last - previous > 2_500;
    });

    await installCustomResourceDefinitions(client, [definition], signal);
    const installedAt = Date.now();
    await synced(informer);
    expect(Date.now() - installedAt).toBeLessThan(2_000);
    await client.apply({ ...kind, metadata: { name: 'a', namespace } });
    await eventually('the object', () => informer.get(namespace, 'a'));

    await client.delete(objectRef(definition));
    await eventually(
      'KindMissing again',
      () => informer.state === 'KindMissing',
    );
    expect(informer.list()).toEqual([]);
  });

  it('say which permission is missing, and go on when it is given', async () => {
    const { client } = test.cluster;
    const user = `user-of-${namespace}`;
    const limited = await connectToTestCluster(kubeConfig => {
      kubeConfig.users = kubeConfig.users.map(admin => ({
        ...admin,
        impersonateUser: user,
      }));
    });
    const informer = limited.cluster.informers.informer(CONFIG_MAP);
    await eventually('Forbidden', () => informer.state === 'Forbidden');
    expect(informer.message).toMatch(
      /cannot list resource "configmaps".*; allow get, list and watch of ConfigMap objects in the core API group/,
    );
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: user },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'view',
      },
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user },
      ],
    };
    await client.apply<KubernetesObject>(role);
    await synced(informer);
    await client.delete(objectRef(role));
    await limited.close();
  });

  it('say why the API server can not be reached', async () => {
    const gone = await connectToTestCluster(kubeConfig => {
      kubeConfig.clusters = kubeConfig.clusters.map(cluster => ({
        ...cluster,
        server: 'https://127.0.0.1:1',
      }));
    });
    const informer = gone.cluster.informers.informer(CONFIG_MAP);
    await eventually('Unreachable', () => informer.state === 'Unreachable');
    expect(informer.message).toContain('ECONNREFUSED');
    expect(informer.hasSynced).toBe(false);
    await gone.close();
  });

  it('end with their signal', async () => {
    const ends = new AbortController();
    const informer = await synced(
      separateInformers(test.connection, ends.signal).informer(CONFIG_MAP),
    );
    ends.abort();
    let told = 0;
    informer.onChange(() => {
      told += 1;
    });
    const other = await synced(separateInformers().informer(CONFIG_MAP));
    await test.cluster.client.apply(configMap('after-the-end'));
    await eventually('the other', () => other.get(namespace, 'after-the-end'));
    expect(told).toBe(0);
  });
});
