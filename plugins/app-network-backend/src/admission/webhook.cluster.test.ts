import { setImmediate } from 'node:timers/promises';
import { API_VERSION } from '@app-network/backstage-plugin-app-network-common';
import { eventually } from '../testing/cluster';
import { freePort } from '../testing/freePort';
import { createAuthority } from './certificates';
import { readAdmission } from './config';
import { identityOf } from './secret';
import {
  caBundle,
  PLATFORM,
  REFUSED,
  shakeHands,
  webhookTest,
} from './testing/webhookTest';
import { PROBE_LABEL } from './webhookConfiguration';

jest.setTimeout(60_000);

const config = (fields: object) => readAdmission(fields, 'admission');

/** A real API server that calls a real webhook. */
describe('the admission webhook', () => {
  const test = webhookTest('admission-webhook');

  /** A backend that the API server reaches, and that holds the lease. */
  async function startReachable(fields: object = {}) {
    const admission = config({ listen: { port: await freePort() }, ...fields });
    const server = await test.serve(admission);
    const controller = test.control(admission);
    await test.observation(controller, 'Reachable');
    return { server, controller };
  }

  /** Two of them behind one address. */
  async function startTwo(fields: object = {}) {
    const host = await test.host();
    const ports = [await freePort(), await freePort()];
    const url = `https://${host}:${await test.balance(ports)}`;
    const [first, second] = ports.map(port =>
      config({ url, listen: { port }, ...fields }),
    );
    await test.serve(first);
    await test.serve(second, true);
    const controller = test.control(first);
    await test.observation(controller, 'Reachable');
    return { controller, places: ports.map(port => ({ host, port })) };
  }

  it('refuses an object with a message that reaches who wrote it, and takes others', async () => {
    await startReachable();
    await expect(test.write('shop', REFUSED)).rejects.toMatchObject({
      statusCode: 422,
      message: expect.stringContaining(
        `denied the request: spec.hostnames[0]: ${REFUSED} is refused`,
      ),
    });
    await test.write('shop', 'a.example.com');
    await expect(test.write('shop', REFUSED)).rejects.toThrow('is refused');
  });

  it('is not got around by the label of the probe', async () => {
    await startReachable();
    const labelled = { labels: { [PROBE_LABEL]: 'mine' } };
    await expect(
      test.write('other', 'a.example.com', labelled),
    ).rejects.toThrow('admission probe mine answered');
    await test.write('shop', 'a.example.com');
    await test.write('shop', 'b.example.com', labelled);
    await expect(test.write('shop', REFUSED, labelled)).rejects.toThrow(
      `${REFUSED} is refused`,
    );
  });

  it('gets new keys when its Secret is deleted, from every backend, without a call that fails', async () => {
    const { places } = await startTwo({ failurePolicy: 'Fail' });
    const before = identityOf(await test.secret());
    const seen = { calls: 0, certificates: new Set<string>(), cas: new Set() };
    let isDone = false;

    const call = async () => {
      while (!isDone) {
        await test.write('shop', `a${seen.calls++}.example.com`);
      }
    };
    // The API server keeps its connections; a new one has to be trusted at every moment as well.
    const connectOnce = async () => {
      const ca = caBundle(await test.configuration());
      const certificates = await Promise.all(
        places.map(place => shakeHands(place, ca)),
      );
      seen.cas.add(ca);
      certificates.forEach(certificate => seen.certificates.add(certificate));
    };
    const connect = async () => {
      while (!isDone) {
        await connectOnce();
        await setImmediate();
      }
      // With what it has come to.
      await connectOnce();
    };
    const replace = async () => {
      await eventually(
        'both are under way',
        () => seen.calls > 0 && seen.certificates.size > 0,
      );
      await test.client().delete(test.secretRef());
      await eventually('one CA, and another', async () => {
        const { authorities = [] } = identityOf(await test.secret()) ?? {};
        const ca = caBundle(await test.configuration());
        return ca === authorities[0] && ca !== before?.authorities[0];
      });
    };
    await Promise.all([
      call(),
      connect(),
      replace().finally(() => (isDone = true)),
    ]);

    expect(seen.calls).toBeGreaterThan(10);
    // The old CA, both, the new one; the old certificate and the new one.
    expect(seen.cas.size).toBe(3);
    expect(seen.certificates.size).toBe(2);
  });

  it('is trusted again after somebody has changed its CAs or removed its configuration', async () => {
    const { controller } = await startReachable({ failurePolicy: 'Fail' });
    const right = await test.configuration();
    const { certificate } = await createAuthority(new Date(), 60_000);
    const other = Buffer.from(certificate).toString('base64');
    const isRight = async () => {
      const { webhooks } = (await test.configuration()) ?? {};
      return JSON.stringify(webhooks) === JSON.stringify(right?.webhooks);
    };
    await test.client().mergePatch(test.configurationRef, {
      webhooks: right?.webhooks?.map(webhook => ({
        ...webhook,
        clientConfig: { ...webhook.clientConfig, caBundle: other },
      })),
    });
    await eventually('its CAs are right', isRight);
    await test.client().delete(test.configurationRef);
    await eventually('its configuration is there', isRight);
    await test.observation(controller, 'Reachable');
    const refusal = await eventually('it refuses', () =>
      test.write('shop', REFUSED).then(
        () => undefined,
        error => error.message,
      ),
    );
    expect(refusal).toContain('is refused');
  });

  it('holds nobody up where the API server has never reached it, and says what the API server says', async () => {
    const port = await freePort();
    const controller = test.control(
      config({ url: `https://127.0.0.1:${port}`, failurePolicy: 'Fail' }),
    );
    const { message } = await test.observation(controller, 'Unreachable');
    expect(message).toMatch(
      new RegExp(
        `at https://127.0.0.1:${port}/validate: .*connection refused.*Nothing listens there`,
      ),
    );
    await expect(test.write('shop', REFUSED)).resolves.toBeDefined();
  });

  it('is done without where it doesn’t answer and failurePolicy is Ignore', async () => {
    const { server, controller } = await startReachable();
    await server.stop();
    await expect(test.write('shop', REFUSED)).resolves.toBeDefined();
    await test.observation(controller, 'Unreachable');
  });

  it('keeps new specs out where it doesn’t answer and failurePolicy is Fail, and nothing else', async () => {
    const { server } = await startReachable({ failurePolicy: 'Fail' });
    const shop = {
      apiVersion: API_VERSION,
      kind: 'AppNetwork',
      namespace: test.namespace,
      name: 'shop',
    };
    const setFinalizers = (finalizers: string[]) =>
      test.client().mergePatch(shop, { metadata: { finalizers } });
    await test.write('shop', 'a.example.com');
    await server.stop();
    await expect(test.write('shop', 'b.example.com')).rejects.toThrow(
      'failed calling webhook',
    );
    await expect(test.write('other', 'c.example.com')).rejects.toThrow(
      'failed calling webhook',
    );
    await setFinalizers(['example.com/wait']);
    await test.client().delete(shop);
    await setFinalizers([]);
    expect(await test.client().get(shop)).toBeUndefined();
  });

  it('goes with the platform, and where app-config has none any more', async () => {
    const { controller } = await startReachable();
    const isGone = async () =>
      !(await test.configuration()) && !(await test.secret());
    await test.client().delete({ ...PLATFORM, name: PLATFORM.metadata.name });
    expect(await eventually('it is gone', isGone)).toBe(true);
    await test.client().apply(PLATFORM);
    await test.observation(controller, 'Reachable');
    await controller.stop();
    test.control();
    await eventually('it is gone', isGone);
  });

  it('leaves a Secret and a configuration of its name alone that are somebody else’s', async () => {
    const admission = config({ listen: { port: await freePort() } });
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: test.namespace, name: test.secretRef().name },
      stringData: { mine: 'yes' },
    };
    await test.client().create(secret);
    const first = test.control(admission);
    const { message } = await test.observation(first, 'Failed');
    expect(message).toContain(
      `Secret ${test.namespace}/app-network-admission belongs to somebody else`,
    );
    await first.stop();
    await test.client().delete(test.secretRef());
    const { apiVersion, kind, name } = test.configurationRef;
    await test.client().create({ apiVersion, kind, metadata: { name } });
    expect(
      await test.observation(test.control(admission), 'Failed'),
    ).toMatchObject({
      message: expect.stringContaining(
        'ValidatingWebhookConfiguration app-network belongs to somebody else',
      ),
    });
  });
});
