import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { connectToTestCluster, type TestConnection } from '../testing/cluster';
import { thingDefinition } from '../testing/thing';
import { installCustomResourceDefinitions } from './crds';
import { objectRef } from './objects';

jest.setTimeout(60_000);

describe('installCustomResourceDefinitions', () => {
  let admin: TestConnection;
  let limited: TestConnection;
  const { definition } = thingDefinition();
  const user = `reader-of-${definition.metadata.name}`;
  const { signal } = new AbortController();
  const managed = (description: string) => ({
    ...definition,
    metadata: {
      ...definition.metadata,
      labels: { 'app.kubernetes.io/managed-by': 'app-network' },
      annotations: { description },
    },
  });
  beforeAll(async () => {
    admin = await connectToTestCluster();
    limited = await connectToTestCluster(kubeConfig => {
      kubeConfig.users = kubeConfig.users.map(other => ({
        ...other,
        impersonateUser: user,
      }));
    });
  }, 900_000);
  afterAll(async () => {
    await admin.cluster.client.delete(objectRef(definition));
    await limited.close();
    await admin.close();
  });

  it('says which permission is missing to install one', async () => {
    expect(
      await installCustomResourceDefinitions(
        limited.cluster.client,
        [managed('1')],
        signal,
      ),
    ).toEqual([
      expect.stringMatching(
        /^CustomResourceDefinition things\..* could not be installed: .*cannot get resource.*Allow get of customresourcedefinitions in apiextensions.k8s.io by a ClusterRole, or install it yourself$/,
      ),
    ]);
  });

  it('installs one, upgrades it, and leaves it alone when nothing differs', async () => {
    const { client } = admin.cluster;
    const install = async (description: string) => {
      expect(
        await installCustomResourceDefinitions(
          client,
          [managed(description)],
          signal,
        ),
      ).toEqual([]);
      const live = await client.get<KubernetesObject>(objectRef(definition));
      return live?.metadata;
    };
    const first = await install('1');
    const again = await install('1');
    expect(again?.resourceVersion).toBe(first?.resourceVersion);
    const second = await install('2');
    expect(second?.annotations).toEqual({ description: '2' });
  });

  it('uses one that is older where it may not be upgraded, and says so', async () => {
    const { client } = admin.cluster;
    const name = user;
    const role: KubernetesObject & { rules: object[] } = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        {
          apiGroups: ['apiextensions.k8s.io'],
          resources: ['customresourcedefinitions'],
          verbs: ['get'],
        },
      ],
    };
    const binding: KubernetesObject & { roleRef: object; subjects: object[] } =
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name,
        },
        subjects: [
          {
            apiGroup: 'rbac.authorization.k8s.io',
            kind: 'User',
            name: user,
          },
        ],
      };
    await client.apply(role);
    await client.apply(binding);
    const install = (description: string) =>
      installCustomResourceDefinitions(
        limited.cluster.client,
        [managed(description)],
        signal,
      );
    let problems = await install('3');
    // The API server takes a moment to know of new roles.
    while (problems[0]?.includes('could not be installed')) {
      problems = await install('3');
    }
    expect(problems).toEqual([
      expect.stringMatching(
        /is older or newer than this version needs, and is used as it is: .*cannot patch resource.*Allow patch of customresourcedefinitions/,
      ),
    ]);
    expect(await install('2')).toEqual([]);
    await client.delete(objectRef(binding));
    await client.delete(objectRef(role));
  });

  it('leaves one to whoever else keeps it', async () => {
    const { client } = admin.cluster;
    const { definition: theirs } = thingDefinition();
    await client.apply(theirs, { fieldManager: 'gitops' });
    const changed = {
      ...theirs,
      spec: {
        ...theirs.spec,
        versions: [{ ...(theirs.spec.versions as object[])[0], served: false }],
      },
    };
    expect(
      await installCustomResourceDefinitions(client, [changed], signal),
    ).toEqual([expect.stringMatching(/is kept by somebody else .*"gitops"/s)]);
    await client.delete(objectRef(theirs));
  });
});
