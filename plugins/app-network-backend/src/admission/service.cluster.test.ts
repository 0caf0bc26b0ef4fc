import { API_VERSION } from '@app-network/backstage-plugin-app-network-common';
import { freePort } from '../testing/freePort';
import { readAdmission } from './config';
import { REFUSED, webhookTest } from './testing/webhookTest';

jest.setTimeout(60_000);

/** A Service has an address where a node has a proxy: so this cluster has one, as those of users do. */
describe('the admission webhook behind a Service of the cluster', () => {
  const test = webhookTest('admission-service', 'WithNode');

  const NAME = 'portal';

  /** A Service without pods, which leads to this machine. */
  async function createService(port: number): Promise<void> {
    const { namespace } = test;
    await test.client().create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name: NAME },
      spec: { ports: [{ port: 8443, targetPort: port }] },
    });
    await test.client().create({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        ...{ namespace, name: NAME },
        labels: { 'kubernetes.io/service-name': NAME },
      },
      addressType: 'IPv4',
      ports: [{ port }],
      endpoints: [{ addresses: [await test.host()] }],
    });
  }

  const admission = (port: number) =>
    readAdmission(
      {
        service: { namespace: test.namespace, name: NAME, port: 8443 },
        listen: { port },
        failurePolicy: 'Fail',
      },
      'admission',
    );

  it('is called by its name, with a certificate for that', async () => {
    const port = await freePort();
    await createService(port);
    await test.serve(admission(port));
    const controller = test.control(admission(port));
    await test.observation(controller, 'Reachable');
    await expect(test.write('shop', REFUSED)).rejects.toThrow(
      `${REFUSED} is refused`,
    );
    await test.write('shop', 'a.example.com');
  });

  it('is told to be missing with its Service, and is called as soon as that is there', async () => {
    const port = await freePort();
    await test.serve(admission(port));
    const controller = test.control(admission(port));
    const { message } = await test.observation(controller, 'Unreachable');
    expect(message).toContain(`service "${NAME}" not found`);
    // Nobody is held up by what was never reached.
    await test.write('shop', REFUSED);
    await test.client().delete({
      apiVersion: API_VERSION,
      kind: 'AppNetwork',
      namespace: test.namespace,
      name: 'shop',
    });
    await createService(port);
    await test.observation(controller, 'Reachable');
    await expect(test.write('shop', REFUSED)).rejects.toThrow('is refused');
  });
});
