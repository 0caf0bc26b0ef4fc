import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { eventually } from '../../testing/cluster';
import { platformTest } from '../testing/platformTest';

jest.setTimeout(120_000);

/** The real Helm and a real API server; small charts of our own, for no pod runs here. */
describe('drift', () => {
  const test = platformTest('platform-drift');
  const { start, apply, platform, component, configMap, revisions } = test;

  const ref = () => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: test.namespace,
    name: 'cert-manager',
  });
  /** As kubectl edit does it. */
  const edit = () =>
    test.client.apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace: test.namespace, name: 'cert-manager' },
        data: { text: 'edited' },
      } as KubernetesObject,
      { fieldManager: 'kubectl-edit', force: true },
    );
  const text = async () =>
    ((await configMap('cert-manager'))?.data as { text?: string })?.text;

  async function installed(policy: 'Repair' | 'Report'): Promise<void> {
    start();
    await apply({}, { driftPolicy: policy });
    await component('cert-manager', 'Ready');
    await component('istio-ingressgateway', 'Ready');
  }

  it('is put right: what was edited, and what was deleted; and then nothing is done any more', async () => {
    await installed('Repair');
    await edit();
    await eventually('put right', async () => (await text()) === 'none');
    await test.client.delete(ref());
    await eventually('made anew', async () => (await text()) === 'none');
    await component('cert-manager', 'Ready');
    expect(await revisions('cert-manager')).toHaveLength(3);

    const calls = await test.helmCalls();
    await test.touch();
    await component('cert-manager', 'Ready');
    expect(await test.helmCalls()).toEqual(calls);
  });

  it('that comes again and again is put right ever less often, and told', async () => {
    await installed('Repair');
    await edit();
    await eventually('put right', async () => (await text()) === 'none');
    await edit();
    expect((await component('cert-manager', 'Drifted')).message).toContain(
      'data.text is "edited", and was made as "none". It was put right and is otherwise again: somebody else writes it.',
    );
  });

  it('of an autoscaler is put right', async () => {
    const autoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      namespace: test.namespace,
      name: 'cert-manager',
    };
    const limit = async () =>
      (
        await test.client.get<
          KubernetesObject & { spec?: { maxReplicas?: number } }
        >(autoscaler)
      )?.spec?.maxReplicas;
    start();
    await apply({ certManager: { values: { autoscaler: true } } });
    await component('cert-manager', 'Ready');
    await test.client.mergePatch(autoscaler, { spec: { maxReplicas: 1 } });
    await eventually('put right', async () => (await limit()) !== 1);
    expect(await limit()).toBe(5);
  });

  it('is only shown where the platform says so', async () => {
    await installed('Report');
    await edit();
    expect(await component('cert-manager', 'Drifted')).toMatchObject({
      message: `ConfigMap ${test.namespace}/cert-manager: data.text is "edited", and was made as "none". It is left as it is, because spec.driftPolicy is Report.`,
      drift: [{ ref: { kind: 'ConfigMap' }, field: 'data.text' }],
    });
    expect(await revisions('cert-manager')).toEqual(['1 deployed']);

    await test.client.delete(ref());
    await eventually('missing', async () =>
      (
        await platform()
      )?.status?.components?.some(({ message }) =>
        message?.startsWith(
          `ConfigMap ${test.namespace}/cert-manager is missing.`,
        ),
      ),
    );
    expect(await configMap('cert-manager')).toBeUndefined();
  });
});
