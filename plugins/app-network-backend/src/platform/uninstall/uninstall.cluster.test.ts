import { PLATFORM_REF } from '../../kinds';
import { eventually } from '../../testing/cluster';
import { platformTest } from '../testing/platformTest';

jest.setTimeout(120_000);

/** The real Helm and a real API server; small charts of our own, for no pod runs here. */
describe('a platform that is deleted', () => {
  const test = platformTest('platform-uninstall');
  const { start, apply, platform, component } = test;

  const namespaceRef = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    name,
  });
  const object = (kind: string, namespace: string, name: string) => ({
    apiVersion: 'v1',
    kind,
    metadata: { namespace, name },
  });
  /** A kind as the chart of cert-manager brings it, or as somebody else does. */
  const definition = (group: string, release: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `things.${group}`,
      annotations: {
        'meta.helm.sh/release-name': release,
        'meta.helm.sh/release-namespace': 'uninstall-empty',
      },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object' } },
        },
      ],
    },
  });
  const definitions = async () =>
    (
      await test.client.list({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
      })
    )
      .map(({ metadata }) => metadata.name)
      .filter(name => name.startsWith('things.'));

  async function install(spec: object = {}): Promise<void> {
    start();
    await apply(
      {
        certManager: { namespace: 'uninstall-empty' },
        istio: { namespace: 'uninstall-used' },
      },
      spec,
    );
    await component('cert-manager', 'Ready');
    await component('istio-ingressgateway', 'Ready');
  }

  async function uninstall(): Promise<void> {
    await test.client.delete(PLATFORM_REF);
    await eventually(
      'the platform is gone',
      async () => !(await platform()),
      60_000,
    );
  }

  it('leaves neither what its components wrote nor its namespaces, but one that somebody uses, and can be installed again', async () => {
    await install();
    await test.client.create(
      object('Secret', 'uninstall-empty', 'cert-manager-webhook-ca'),
    );
    await test.client.create(
      object('ConfigMap', 'uninstall-used', 'somebodys-own'),
    );
    await test.client.create({
      ...object('ConfigMap', test.namespace, 'istio-ca-root-cert'),
      metadata: {
        namespace: test.namespace,
        name: 'istio-ca-root-cert',
        labels: { 'istio.io/config': 'true' },
      },
    });
    await uninstall();
    expect(await test.client.get(namespaceRef('uninstall-empty'))).toBe(
      undefined,
    );
    expect(
      await test.client.get({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'uninstall-used',
        name: 'somebodys-own',
      }),
    ).toBeDefined();
    expect(await test.configMap('istio-ca-root-cert')).toBeUndefined();
    expect(await test.client.get(namespaceRef(test.namespace))).toBeDefined();

    await install();
    await test.client.delete({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'uninstall-used',
      name: 'somebodys-own',
    });
    await uninstall();
    expect(await test.client.get(namespaceRef('uninstall-used'))).toBe(
      undefined,
    );
  });

  it('takes the kinds with it only where that is asked for, and only its own', async () => {
    await install();
    await test.client.create(
      definition('acme.cert-manager.io', 'cert-manager'),
    );
    await test.client.create(definition('example.com', 'cert-manager'));
    await uninstall();
    expect(await definitions()).toEqual([
      'things.acme.cert-manager.io',
      'things.example.com',
    ]);

    await install({ uninstall: { customResourceDefinitions: 'Delete' } });
    await uninstall();
    expect(await definitions()).toEqual(['things.example.com']);
  });
});
