import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { connectToTestCluster, type TestConnection } from '../testing/cluster';
import { thingDefinition, type Thing } from '../testing/thing';
import { installCustomResourceDefinitions } from './crds';
import { KubernetesError } from './errors';
import { objectRef } from './objects';

jest.setTimeout(60_000);

interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>;
}

describe('KubernetesClient', () => {
  let test: TestConnection;
  let namespace: string;
  beforeAll(async () => {
    test = await connectToTestCluster();
    namespace = await test.createNamespace();
  }, 900_000);
  afterAll(() => test?.close());

  const configMap = (
    name: string,
    data?: Record<string, string>,
  ): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    ...(data ? { data } : {}),
  });

  const failure = async (call: Promise<unknown>): Promise<KubernetesError> => {
    const error = await call.then(
      () => undefined,
      thrown => thrown,
    );
    expect(error).toBeInstanceOf(KubernetesError);
    return error;
  };

  it('applies, reads, lists and deletes an object', async () => {
    const { client } = test.cluster;
    const made = await client.apply(configMap('a', { x: '1' }));
    expect(made.metadata.managedFields).toEqual([
      expect.objectContaining({ manager: 'app-network', operation: 'Apply' }),
    ]);
    expect(await client.get(objectRef(made))).toEqual(made);
    const listed = await client.list<ConfigMap>(
      { apiVersion: 'v1', kind: 'ConfigMap' },
      { namespace },
    );
    expect(listed.find(({ metadata }) => metadata.name === 'a')).toEqual(made);
    await client.delete(objectRef(made));
    expect(await client.get(objectRef(made))).toBeUndefined();
    await client.delete(objectRef(made));
  });

  it('lists more than fits on a page', async () => {
    const { client } = test.cluster;
    const many = await test.createNamespace();
    await Promise.all(
      Array.from({ length: 620 }, (_, i) =>
        client.apply({
          ...configMap(`many-${i}`),
          metadata: { name: `many-${i}`, namespace: many },
        }),
      ),
    );
    const listed = await client.list(
      { apiVersion: 'v1', kind: 'ConfigMap' },
      { namespace: many },
    );
    expect(
      listed.filter(({ metadata }) => metadata.name.startsWith('many-')),
    ).toHaveLength(620);
    expect(listed[0].kind).toBe('ConfigMap');
  });

  it('does not write in a dry run', async () => {
    const { client } = test.cluster;
    const made = await client.apply(configMap('dry'), { dryRun: true });
    expect(made.metadata.uid).toBeDefined();
    expect(await client.get(objectRef(made))).toBeUndefined();
  });

  it('names the other writer of a field, and takes the field over only when told to', async () => {
    const { client } = test.cluster;
    await client.apply(configMap('shared', { x: '1' }), {
      fieldManager: 'somebody',
    });
    const error = await failure(client.apply(configMap('shared', { x: '2' })));
    expect(error.conflict).toBe(true);
    expect(error.message).toMatch(
      /^apply of ConfigMap .*\/shared failed on cluster test: 409 .*"somebody".*\.data\.x/s,
    );
    const forced = await client.apply(configMap('shared', { x: '2' }), {
      force: true,
    });
    expect(forced.data).toEqual({ x: '2' });
  });

  it('names an unknown field instead of dropping it', async () => {
    const error = await failure(
      test.cluster.client.apply({ ...configMap('strict'), dats: { x: '1' } }),
    );
    expect(error.message).toContain('dats');
  });

  it('says that the namespace is missing', async () => {
    const error = await failure(
      test.cluster.client.apply({
        ...configMap('a'),
        metadata: { name: 'a', namespace: 'not-there' },
      }),
    );
    expect(error.namespaceMissing).toBe(true);
    expect(error.kindMissing).toBe(false);
    expect(error.message).toContain('namespaces "not-there" not found');
  });

  it('says that metadata.namespace is missing', async () => {
    const error = await failure(
      test.cluster.client.apply({ ...configMap('a'), metadata: { name: 'a' } }),
    );
    expect(error.message).toMatch(/metadata\.namespace: is missing/);
  });

  it('creates once, and patches only the version that was read', async () => {
    const { client } = test.cluster;
    const made = await client.create(configMap('once'));
    expect((await failure(client.create(configMap('once')))).conflict).toBe(
      true,
    );
    const patch = (resourceVersion: string | undefined) =>
      client.mergePatch<ConfigMap>(objectRef(made), {
        metadata: { resourceVersion, annotations: { at: resourceVersion } },
      });
    await patch(made.metadata.resourceVersion);
    expect((await failure(patch(made.metadata.resourceVersion))).conflict).toBe(
      true,
    );
  });

  it('deletes only the object of the uid', async () => {
    const { client } = test.cluster;
    const made = await client.apply(configMap('uid'));
    const error = await failure(
      client.delete(objectRef(made), {
        uid: '00000000-0000-0000-0000-000000000000',
      }),
    );
    expect(error.conflict).toBe(true);
    await client.delete(objectRef(made), { uid: made.metadata.uid });
    expect(await client.get(objectRef(made))).toBeUndefined();
  });

  it('knows a missing kind from a missing object, and finds the kind as soon as it is there', async () => {
    const { client } = test.cluster;
    const { kind, definition } = thingDefinition();
    const ref = { ...kind, namespace, name: 'a' };
    const error = await failure(client.get(ref));
    expect(error.kindMissing).toBe(true);
    expect(error.message).toContain(`has no kind Thing in ${kind.apiVersion}`);

    const { signal } = new AbortController();
    expect(
      await installCustomResourceDefinitions(client, [definition], signal),
    ).toEqual([]);
    const made = await client.apply<Thing>({
      ...kind,
      metadata: { name: 'a', namespace },
      spec: { text: 'x' },
    });
    expect(made.spec).toEqual({ text: 'x', number: 1 });
    const withStatus = await client.apply<Thing>(
      {
        ...kind,
        metadata: { name: 'a', namespace },
        status: { text: 'seen' },
      },
      { subresource: 'status' },
    );
    expect(withStatus).toMatchObject({
      spec: { text: 'x' },
      status: { text: 'seen' },
    });
    await client.delete(objectRef(definition));
  });

  it('says who is not allowed what', async () => {
    const nobody = await connectToTestCluster(kubeConfig => {
      kubeConfig.users = kubeConfig.users.map(user => ({
        ...user,
        impersonateUser: 'nobody',
      }));
    });
    const error = await failure(
      nobody.cluster.client.apply(configMap('forbidden')),
    );
    await nobody.close();
    expect(error.forbidden).toBe(true);
    expect(error.message).toMatch(/User "nobody" cannot patch resource/);
  });

  it('asks for new credentials when the old ones are not known any more', async () => {
    let loads = 0;
    const rotated = await connectToTestCluster(kubeConfig => {
      loads += 1;
      if (loads === 1) {
        kubeConfig.users = kubeConfig.users.map(({ name }) => ({
          name,
          token: 'old',
        }));
      }
    });
    const read = () =>
      rotated.cluster.client.get({
        apiVersion: 'v1',
        kind: 'Namespace',
        name: namespace,
      });
    for (const found of await Promise.all([read(), read(), read()])) {
      expect(found).toBeDefined();
    }
    expect(loads).toBe(2);
    await rotated.close();
  });

  it.each([
    ['nobody listens', 'https://127.0.0.1:1', /ECONNREFUSED 127\.0\.0\.1:1/],
    [
      'the name is unknown',
      'https://not-there.invalid:6443',
      /not-there\.invalid/,
    ],
  ])('says why there is no answer when %s', async (_, server, message) => {
    const gone = await connectToTestCluster(kubeConfig => {
      kubeConfig.clusters = kubeConfig.clusters.map(cluster => ({
        ...cluster,
        server,
      }));
    });
    const error = await failure(gone.cluster.client.apply(configMap('a')));
    await gone.close();
    expect(error.unreachable).toBe(true);
    expect(error.message).toMatch(message);
  });

  it('does not trust an API server of another authority', async () => {
    const other = await connectToTestCluster(kubeConfig => {
      kubeConfig.clusters = kubeConfig.clusters.map(
        ({ caData: _data, caFile: _file, ...cluster }) => cluster,
      );
    });
    const error = await failure(other.cluster.client.apply(configMap('a')));
    await other.close();
    expect(error.unreachable).toBe(true);
    expect(error.message).toMatch(/certificate/);
  });
});
