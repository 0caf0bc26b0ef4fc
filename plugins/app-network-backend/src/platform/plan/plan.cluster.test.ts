import type {
  KubernetesObject,
  NetworkPlatform,
  NetworkPlatformSpec,
  ObjectRef,
  PlatformPlan,
} from '@app-network/backstage-plugin-app-network-common';
import { createPlatformChanges } from '../../http/platform';
import { describe as named, objectRef } from '../../engine/objects';
import { PLATFORM_REF } from '../../kinds';
import { auditEvents, isOwn } from '../../testing/auditLog';
import { eventually, synced, testCluster } from '../../testing/cluster';
import { createHelm } from '../helm';
import { platformInformers } from '../informers';
import { platformTest } from '../testing/platformTest';
import { createPlanner } from './planner';

jest.setTimeout(120_000);

const CLUSTER = 'platform-plan';

/** The real Helm and a real API server, whose audit log tells what was written. */
describe('a plan', () => {
  const test = platformTest(CLUSTER);
  const changes = () =>
    createPlatformChanges(
      createPlanner({
        helm: createHelm({ command: test.helm }),
        charts: test.charts,
        signal: new AbortController().signal,
      }),
    );

  beforeAll(async () => {
    const { required } = platformInformers(test.connection.cluster);
    await Promise.all(required.map(informer => synced(informer)));
  }, 60_000);

  const spec = (certManager: object = {}): NetworkPlatformSpec => {
    const { namespace } = test;
    const chart = { path: test.chart };
    return {
      // So that what is written is what was planned, and nothing else.
      driftPolicy: 'Report',
      components: {
        ingressNginx: { enabled: false },
        certManager: { namespace, chart, ...certManager },
        istio: {
          namespace,
          charts: { base: chart, istiod: chart, gateway: chart },
        },
      },
    };
  };

  const plan = (change: Parameters<ReturnType<typeof changes>['plan']>[1]) =>
    changes().plan(test.connection.cluster, change);

  /** Without kinds that this cluster does not have, as the charts are ours, and without NetworkPolicies. */
  const listed = ({ objects }: PlatformPlan) =>
    objects
      .filter(({ ref }) => ['ConfigMap', 'NetworkPlatform'].includes(ref.kind))
      .map(({ action, ref }) => `${action} ${named(ref)}`)
      .sort();

  async function install() {
    const own = changes();
    const { cluster } = test.connection;
    test.start();
    const { id } = await own.plan(cluster, { spec: spec() });
    await own.apply(cluster, { spec: spec(), planId: id });
    for (const release of ['cert-manager', 'istiod', 'istio-ingressgateway']) {
      await test.component(release, 'Ready');
    }
  }

  it('of an installation shows every object, and nothing is written for it', async () => {
    const before = await writes();
    const planned = await plan({ spec: spec() });
    const { namespace } = test;
    expect(planned).toMatchObject({ action: 'Install', problems: [] });
    expect(listed(planned)).toEqual(
      expect.arrayContaining([
        'Create NetworkPlatform default',
        `Create ConfigMap ${namespace}/cert-manager`,
        `Create ConfigMap ${namespace}/istio-base`,
        `Create ConfigMap ${namespace}/istiod`,
        `Create ConfigMap ${namespace}/istio-ingressgateway`,
      ]),
    );
    expect((await plan({ spec: spec() })).id).toBe(planned.id);
    expect(await writes()).toEqual(before);
  });

  it('that is approved is what happens: just the planned objects change', async () => {
    await install();
    const own = changes();
    const { cluster } = test.connection;
    const changed = spec({ values: { text: 'changed' } });
    const planned = await own.plan(cluster, { spec: changed });
    expect(listed(planned)).toEqual([
      `Change ConfigMap ${test.namespace}/cert-manager`,
      'Change NetworkPlatform default',
    ]);
    const [, configMap] = planned.objects;
    expect(configMap.diff).toMatch(/^- {2}text: none\n\+ {2}text: changed$/m);

    const before = await resourceVersions();
    await own.apply(cluster, { spec: changed, planId: planned.id });
    await eventually('the value is there', async () =>
      JSON.stringify(await test.configMap('cert-manager')).includes('changed'),
    );
    await eventually(
      'the status speaks of it',
      async () => {
        const { metadata, status } = (await test.platform()) ?? {};
        return status?.observedGeneration === metadata?.generation;
      },
      60_000,
    );
    await test.component('cert-manager', 'Ready');
    const after = await resourceVersions();
    expect(
      Object.keys(after).filter(name => after[name] !== before[name]),
    ).toEqual([`ConfigMap ${test.namespace}/cert-manager`]);
    expect(listed(await plan({ spec: changed }))).toEqual([]);
  });

  it('is made though the platform is written to meanwhile, as its status is', async () => {
    await install();
    const { cluster } = test.connection;
    const { client } = cluster;
    let disturbances = 0;
    const disturbed: typeof cluster = {
      ...cluster,
      client: {
        ...client,
        async get<T extends KubernetesObject>(ref: ObjectRef) {
          const live = await client.get<T>(ref);
          if (ref.kind === 'NetworkPlatform' && disturbances++ === 0) {
            await client.mergePatch(ref, {
              metadata: { annotations: { disturbed: 'yes' } },
            });
          }
          return live;
        },
      },
    };
    const changed = spec({ values: { text: 'changed' } });
    const { objects } = await changes().plan(disturbed, { spec: changed });
    expect(objects.map(({ ref }) => ref.kind)).toContain('ConfigMap');
    expect(disturbances).toBe(2);
  });

  it('that has become another one is refused, and says what is different', async () => {
    await install();
    const own = changes();
    const { cluster } = test.connection;
    const changed = spec({ values: { text: 'changed' } });
    const { id } = await own.plan(cluster, { spec: changed });
    await cluster.client.mergePatch(
      { ...configMapRef('cert-manager') },
      { data: { text: 'edited by hand' } },
    );
    await test.component('cert-manager', 'Drifted');
    const before = await writes();
    await expect(
      own.apply(cluster, { spec: changed, planId: id }),
    ).rejects.toThrow(
      /ConfigMap .*\/cert-manager changed since. Nothing was written/,
    );
    expect(await writes()).toEqual(before);
    expect((await test.platform())?.spec?.components?.certManager?.values).toBe(
      undefined,
    );
  });

  it('is not made where somebody has changed the platform meanwhile, and is where only its status changed', async () => {
    await test.apply();
    const { cluster } = test.connection;
    const live = await test.platform();
    const { client } = cluster;
    let wrote = 0;
    const disturbed = (disturb: () => Promise<unknown>) => ({
      ...cluster,
      client: {
        ...client,
        replace: (async (object, options) => {
          if (!options?.dryRun && ++wrote === 1) {
            await disturb();
          }
          return client.replace(object, options);
        }) as typeof client.replace,
      },
    });
    const own = changes();
    const change = spec({ values: { text: 'mine' } });
    const byStatus = disturbed(() =>
      client.apply(
        {
          apiVersion: PLATFORM_REF.apiVersion,
          kind: 'NetworkPlatform',
          metadata: { name: PLATFORM_REF.name },
          status: { phase: 'Failed' },
        } as NetworkPlatform,
        { subresource: 'status', fieldManager: 'test', force: true },
      ),
    );
    const first = await own.plan(byStatus, { spec: change });
    await own.apply(byStatus, { spec: change, planId: first.id });
    expect(wrote).toBe(2);
    expect((await test.platform())?.metadata.generation).toBe(
      (live?.metadata.generation ?? 0) + 1,
    );

    wrote = 0;
    const bySpec = disturbed(() =>
      client.mergePatch(PLATFORM_REF, { spec: { environmentName: 'theirs' } }),
    );
    const again = spec({ values: { text: 'again' } });
    const second = await own.plan(bySpec, { spec: again });
    await expect(
      own.apply(bySpec, { spec: again, planId: second.id }),
    ).rejects.toThrow('Somebody else has changed NetworkPlatform default');
    expect((await test.platform())?.spec).toMatchObject({
      environmentName: 'theirs',
      components: { certManager: { values: { text: 'mine' } } },
    });
  });

  it('takes out what the user has taken out of a spec that kubectl has written', async () => {
    await test.apply({ certManager: { values: { text: 'theirs' } } });
    const own = changes();
    const { cluster } = test.connection;
    const planned = await own.plan(cluster, { spec: spec() });
    expect(planned.problems).toEqual([
      expect.objectContaining({
        severity: 'Warning',
        message: expect.stringContaining('test applies it as well'),
      }),
    ]);
    await own.apply(cluster, { spec: spec(), planId: planned.id });
    expect((await test.platform())?.spec?.components?.certManager).toEqual({
      namespace: test.namespace,
      chart: { path: test.chart },
    });
  });

  it('shows what can be shown where a chart can’t be had or rendered', async () => {
    const planned = await plan({
      spec: {
        components: {
          ingressNginx: { enabled: false },
          certManager: {
            namespace: test.namespace,
            chart: { path: '/nowhere' },
          },
          istio: {
            ...spec().components?.istio,
            values: { fail: 'no licence' },
          },
        },
      },
    });
    expect(
      planned.problems.map(({ subject, message }) => `${subject}: ${message}`),
    ).toEqual([
      expect.stringMatching(
        /^Helm release cert-manager: .*\/nowhere does not exist.*spec.components.certManager.chart/,
      ),
      expect.stringMatching(/^Helm release istiod: .*no licence/s),
    ]);
    expect(listed(planned)).toContain(
      `Create ConfigMap ${test.namespace}/istio-base`,
    );
  });

  it('is refused with the fields that are wrong', async () => {
    await expect(
      plan({ spec: { environmentName: 'Not A Name' } }),
    ).rejects.toMatchObject({
      status: {
        details: {
          causes: [expect.objectContaining({ field: 'spec.environmentName' })],
        },
      },
    });
    await expect(
      plan({ spec: { profil: 'production' } as NetworkPlatformSpec }),
    ).rejects.toThrow(/unknown field "spec.profil"/);
  });

  it('of a removal shows what goes, and the removal takes just that', async () => {
    await install();
    const own = changes();
    const { cluster } = test.connection;
    const planned = await own.plan(cluster, { remove: {} });
    expect(listed(planned)).toEqual(
      expect.arrayContaining([
        'Delete NetworkPlatform default',
        `Delete ConfigMap ${test.namespace}/istiod`,
      ]),
    );
    const before = await resourceVersions();
    await own.remove(cluster, { planId: planned.id });
    await eventually(
      'the platform is gone',
      async () => !(await test.platform()),
      60_000,
    );
    const after = await resourceVersions();
    const gone = Object.keys(before).filter(name => !(name in after));
    expect(gone.map(name => `Delete ${name}`).sort()).toEqual(
      listed(planned).filter(line => line.includes('ConfigMap')),
    );
  });

  const configMapRef = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: test.namespace,
    name,
  });

  /** ConfigMaps of the test, by name. */
  async function resourceVersions(): Promise<Record<string, string>> {
    const objects = await test.client.list<KubernetesObject>(
      { apiVersion: 'v1', kind: 'ConfigMap' },
      { namespace: test.namespace },
    );
    return Object.fromEntries(
      objects.map(object => [
        named(objectRef(object)),
        object.metadata.resourceVersion ?? '',
      ]),
    );
  }
});

/**
 * What has been written to the cluster for good, by whom it may be but Kubernetes itself. The platform's status is left
 * out: the reconciler beside the plan writes it whenever it has seen something.
 */
async function writes(): Promise<string[]> {
  const events = await auditEvents(await testCluster(CLUSTER));
  // The log would be the wrong one if it didn't have what was written before.
  expect(events).not.toEqual([]);
  return events
    .filter(
      event =>
        !event.requestURI.includes('dryRun=All') &&
        !/\/networkplatforms\/[^/]+\/status\b/.test(event.requestURI) &&
        (isOwn(event) || event.userAgent?.startsWith('Helm')),
    )
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}
