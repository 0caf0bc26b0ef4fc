import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { PLATFORM_REF } from '../kinds';
import { eventually } from '../testing/cluster';
import { platformTest } from './testing/platformTest';

jest.setTimeout(120_000);

/** The real Helm and a real API server; small charts of our own, for no pod runs here. */
describe('startPlatformController', () => {
  const test = platformTest('platform-test');
  const { start, apply, platform, component, condition } = test;
  const { configMap, revisions, helmCalls } = test;

  it('installs each release when what it needs is there, upgrades it when the spec changes, and calls Helm for nothing else', async () => {
    const first = start();
    await apply();
    await component('istio-ingressgateway', 'Ready');
    await component('cert-manager', 'Ready');
    const order = (await helmCalls()).map(
      line => /--install (\S+)/.exec(line)?.[1],
    );
    expect(order.slice(0, 3).sort()).toEqual([
      'cert-manager',
      'istio-base',
      'istiod',
    ]);
    expect(order.slice(3)).toEqual(['istio-ingressgateway']);
    expect(await condition('IngressGatewayReady')).toMatchObject({
      status: 'False',
      reason: 'NoAddress',
    });

    await first.stop();
    const { metadata } = (await platform())!;
    start();
    await test.client.mergePatch(PLATFORM_REF, {
      metadata: { annotations: { 'example.com/look': 'again' } },
    });
    await apply({ certManager: { values: { text: 'changed' } } });
    await eventually('upgraded', async () => {
      const { data } = (await configMap('cert-manager')) ?? {};
      return data && 'text' in data && data.text === 'changed';
    });
    await component('cert-manager', 'Ready');
    expect((await platform())?.metadata.uid).toBe(metadata.uid);
    expect(await helmCalls()).toHaveLength(5);
    expect(await revisions('cert-manager')).toEqual([
      '1 superseded',
      '2 deployed',
    ]);
  });

  it('says why a chart fails and what to do, and goes on with the others', async () => {
    start();
    await apply({
      certManager: { values: { fail: 'no licence' } },
      charts: { base: { path: '/does/not/exist.tgz' } },
    });
    expect((await component('cert-manager', 'Failed')).message).toContain(
      'no licence',
    );
    expect((await component('istio-base', 'Failed')).message).toContain(
      'path /does/not/exist.tgz does not exist on the machine of the backend. Put the chart there, or name another place in spec.components.istio.charts.base.',
    );
    await component('istio-ingressgateway', 'Ready');
    expect((await platform())?.status?.phase).toBe('Failed');
    expect(await condition('Ready')).toMatchObject({ status: 'False' });
    expect(await condition('IstioReady')).toMatchObject({
      reason: 'ComponentFailed',
      message: expect.stringContaining('/does/not/exist.tgz'),
    });

    await apply({ certManager: { values: { fail: 'no licence' } } });
    await component('istio-base', 'Ready');
    await component('cert-manager', 'Failed');
  });

  it('shows an installation under way as such, though what it may come before is not ready', async () => {
    start();
    await apply({
      charts: { base: { path: '/does/not/exist.tgz' } },
      istio: { values: { hook: true } },
    });
    await component('istio-base', 'Failed');
    await eventually('Helm waits for its hook', async () =>
      (await revisions('istiod')).includes('1 pending-install'),
    );
    await apply(
      {
        charts: { base: { path: '/does/not/exist.tgz' } },
        istio: { values: { hook: true } },
      },
      { environmentName: 'looked-at-again' },
    );
    const { status } = await eventually('it is looked at again', async () => {
      const found = await platform();
      return found?.status?.observedGeneration === found?.metadata.generation
        ? found
        : undefined;
    });
    expect(
      status?.components?.find(({ release }) => release === 'istiod'),
    ).toMatchObject({ state: 'Installing', step: 'Applying' });
  });

  it('upgrades a release when what it needs is ready, though it may be installed without', async () => {
    start();
    await apply();
    await component('istio-ingressgateway', 'Ready');
    await apply({
      charts: { base: { path: '/does/not/exist.tgz' } },
      istio: { values: { text: 'changed' } },
    });
    expect((await component('istiod', 'Pending')).message).toBe(
      'Waits for istio-base.',
    );
    await apply({ istio: { values: { text: 'changed' } } });
    await component('istiod', 'Ready');
    expect((await configMap('istiod'))?.data).toEqual({ text: 'changed' });
  });

  it('goes on where a run of Helm was killed', async () => {
    start();
    await apply({ certManager: { values: { hook: true } } });
    await eventually('Helm waits for its hook', async () =>
      (await revisions('cert-manager')).includes('1 pending-install'),
    );
    const [call] = (await helmCalls()).filter(line =>
      line.includes('cert-manager'),
    );
    process.kill(Number(call.split(' ')[0]), 'SIGKILL');
    await component('cert-manager', 'Failed');
    expect(await revisions('cert-manager')).toEqual(['1 pending-install']);

    await apply();
    await component('cert-manager', 'Ready');
    expect(await revisions('cert-manager')).toEqual(['1 deployed']);
  });

  it('ends Helm with the backend, and goes on with the next', async () => {
    const first = start();
    await apply({ certManager: { values: { hook: true } } });
    await eventually('Helm waits for its hook', async () =>
      (await revisions('cert-manager')).includes('1 pending-install'),
    );
    await first.stop();
    const [call] = (await helmCalls()).filter(line =>
      line.includes('cert-manager'),
    );
    await eventually(
      'Helm has ended',
      () => !isRunning(Number(call.split(' ')[0])),
    );

    await apply();
    start();
    await component('cert-manager', 'Ready');
    expect((await revisions('cert-manager')).at(-1)).toMatch(/deployed$/);
  });

  it('leaves a release alone that somebody else installed', async () => {
    await promisify(execFile)(test.helm, [
      ...['--kubeconfig', test.kubeconfig, '--namespace', test.namespace],
      ...['install', 'cert-manager', test.chart, '--set', 'text=theirs'],
    ]);
    start();
    await apply();
    const { message } = await component('cert-manager', 'Failed');
    expect(message).toContain(
      `Helm release cert-manager in namespace ${test.namespace} (chart version 1.2.3, revision 1, deployed) was not installed by App Network and is left alone.`,
    );
    await component('istio-ingressgateway', 'Ready');

    await test.client.delete(PLATFORM_REF);
    await eventually('the platform is gone', async () => !(await platform()));
    expect((await configMap('cert-manager'))?.data).toEqual({ text: 'theirs' });
    expect(await configMap('istiod')).toBeUndefined();
  });

  it('removes what is no longer wanted, what needs it first', async () => {
    start();
    await apply();
    await component('istio-ingressgateway', 'Ready');
    await test.forgetHelmCalls();
    await apply({ istio: { enabled: false } });
    await component('istio-base', 'Disabled');
    expect(
      (await helmCalls()).map(line => /uninstall (\S+)/.exec(line)?.[1]),
    ).toEqual(['istio-ingressgateway', 'istiod', 'istio-base']);
    expect(await configMap('istiod')).toBeUndefined();
    expect(await configMap('cert-manager')).toBeDefined();
  });

  it('says how far pods are', async () => {
    start();
    await apply({ certManager: { values: { deployment: true } } });
    const { message } = await eventually('pods are counted', async () =>
      (
        await platform()
      )?.status?.components?.find(
        other =>
          other.release === 'cert-manager' &&
          other.message?.includes('0 of 1 pods ready'),
      ),
    );
    expect(message).toMatch(/^Installing, 0 of 1 pods ready, \d+ s\./);
    await eventually('the scheduler is heard', async () =>
      (
        await platform()
      )?.status?.components?.some(other =>
        /Pod \S+ has no node: no nodes available .* Add a node/.test(
          other.message ?? '',
        ),
      ),
    );
  });

  it('says that there is no helm program, or an old one', async () => {
    const first = start({ command: path.join(test.folder, 'no-such-helm') });
    await apply();
    for (const release of ['cert-manager', 'istio-base']) {
      expect((await component(release, 'Failed')).message).toMatch(
        /The helm program '.*no-such-helm' can't be run \(ENOENT\)\. Install Helm 4 .* appNetwork\.helm\.command/,
      );
    }
    await first.stop();

    const old = path.join(test.folder, 'old-helm');
    await writeFile(old, '#!/bin/sh\necho v3.18.4\n', { mode: 0o755 });
    start({ command: old });
    await eventually('the old one is found', async () =>
      (
        await platform()
      )?.status?.components?.some(({ message }) =>
        message?.includes('is of version v3.18.4, and version 4 is needed'),
      ),
    );
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
