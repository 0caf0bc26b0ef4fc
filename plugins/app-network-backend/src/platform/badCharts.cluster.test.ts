import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platformTest } from './testing/platformTest';

jest.setTimeout(120_000);

/** The real Helm and a real API server; small charts of our own, for no pod runs here. */
describe("a chart that can't be installed", () => {
  const test = platformTest('platform-bad-charts');
  const { start, apply, component, condition, configMap } = test;
  let repository: Server;
  let address: string;

  /** A chart repository that has other charts and versions than those asked for. */
  beforeAll(async () => {
    repository = createServer((request, response) => {
      response.statusCode = request.url === '/index.yaml' ? 200 : 404;
      response.end(
        'apiVersion: v1\nentries:\n  cert-manager:\n  - {name: cert-manager, version: 1.0.0, apiVersion: v2, urls: [cert-manager-1.0.0.tgz]}\n',
      );
    });
    await new Promise<void>(resolve =>
      repository.listen(0, '127.0.0.1', resolve),
    );
    address = `http://127.0.0.1:${(repository.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise(resolve => repository.close(resolve)));

  it('leaves what was there before, and its row says so, and what to correct', async () => {
    start();
    await apply();
    await component('cert-manager', 'Ready');
    await component('istio-ingressgateway', 'Ready');

    await apply({ certManager: { values: { fail: 'no licence' } } });
    const { message } = await component('cert-manager', 'Failed');
    expect(message).toMatch(
      /no licence\. Correct spec\.components\.certManager\.values\. Version 1\.2\.3, installed before, stays\. Tried again at /,
    );
    expect(await configMap('cert-manager')).toBeDefined();
    expect(await condition('CertificatesReady')).toMatchObject({
      status: 'False',
      reason: 'ComponentFailed',
      message: `cert-manager: ${message}`,
    });
    await component('istio-ingressgateway', 'Ready');
  });

  it('says that a version does not exist, and where it is named', async () => {
    start();
    await apply({
      certManager: { chart: { repository: address }, version: '9.9.9' },
    });
    expect((await component('cert-manager', 'Failed')).message).toContain(
      `chart "cert-manager" version "9.9.9" not found in ${address} repository. Name a version that is there in spec.components.certManager.version, or another place in spec.components.certManager.chart.`,
    );
    await component('istio-ingressgateway', 'Ready');
  });

  it('says that a repository does not answer, and what else can be done', async () => {
    start();
    await apply({
      certManager: {
        chart: { repository: 'http://127.0.0.1:9' },
        version: '1.0.0',
      },
    });
    expect((await component('cert-manager', 'Failed')).message).toMatch(
      /connection refused\. Let the backend reach it, or name another place, such as a \.tgz beside the backend, in spec\.components\.certManager\.chart\./,
    );
    await component('istio-ingressgateway', 'Ready');
  });

  it('of a component that there is not is refused with its name', async () => {
    await expect(
      test.client.apply(
        {
          apiVersion: 'app-network.io/v1alpha1',
          kind: 'NetworkPlatform',
          metadata: { name: 'default' },
          spec: { components: { linkerd: {} } },
        } as never,
        { fieldManager: 'test', force: true },
      ),
    ).rejects.toThrow(/spec\.components\.linkerd/);
  });
});
