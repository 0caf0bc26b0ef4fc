import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  TestDatabases,
  type TestBackend,
} from '@backstage/backend-test-utils';
import {
  API_VERSION,
  customResourceDefinitions,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import notificationsBackend from '@backstage/plugin-notifications-backend';
import { notificationService } from '@backstage/plugin-notifications-node';
import * as x509 from '@peculiar/x509';
import request from 'supertest';
import { startAppNetworkController } from '../application/controller';
import { installCustomResourceDefinitions } from '../engine/crds';
import {
  connectToTestCluster,
  eventually,
  takeDown,
  type TestConnection,
} from '../testing/cluster';
import { watchExpiry, type ExpiryWatchOptions } from './watch';

jest.setTimeout(120_000);

/** A cluster has one NetworkPlatform, so this test has a cluster of its own. */
const CLUSTER = 'expiry-test';
const DAY_MS = 86_400_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

interface Notice {
  updated?: string | null;
  payload: { title: string; description: string; [key: string]: unknown };
}

/** A real API server, the real controller, and Backstage's own notifications backend. */
describe('watchExpiry', () => {
  let test: TestConnection;
  let backend: TestBackend;
  let services: Pick<ExpiryWatchOptions, 'auth' | 'catalog' | 'notifications'>;
  const controllers = new AbortController();
  // They are closed at the end, which a backend's own are not.
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

  beforeAll(async () => {
    test = await connectToTestCluster(() => {}, CLUSTER);
    const { client } = test.cluster;
    await installCustomResourceDefinitions(
      client,
      customResourceDefinitions(),
      new AbortController().signal,
    );
    await Promise.all(
      ['istio-system', 'shop'].map(name =>
        client.apply({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name },
        }),
      ),
    );
    await client.apply({
      apiVersion: API_VERSION,
      kind: 'NetworkPlatform',
      metadata: { name: 'default' },
      spec: {},
    } as KubernetesObject);
    backend = await startTestBackend({
      features: [
        notificationsBackend,
        mockServices.database.factory({
          knex: await databases.init('SQLITE_3'),
        }),
        mockServices.rootConfig.factory({
          data: { app: { baseUrl: 'http://localhost:3000' } },
        }),
        catalogServiceMock.factory({ entities: [COMPONENT] }),
        createBackendPlugin({
          pluginId: 'app-network',
          register: env =>
            env.registerInit({
              deps: {
                auth: coreServices.auth,
                catalog: catalogServiceRef,
                notifications: notificationService,
              },
              async init(deps) {
                services = deps;
              },
            }),
        }),
      ],
    });
    startAppNetworkController({
      cluster: test.cluster,
      logger: mockServices.logger.mock(),
      signal: controllers.signal,
    });
  }, 900_000);

  afterAll(async () => {
    controllers.abort();
    await backend?.stop();
    await test?.close();
    await takeDown(CLUSTER);
  });

  /** A backend that watches, until it is stopped. */
  function watch(): () => Promise<void> {
    const stop = new AbortController();
    const ended = watchExpiry({
      ...services,
      cluster: test.cluster,
      platformOwners: [],
      logger: mockServices.logger.mock(),
      periodMs: 200,
      signal: stop.signal,
    });
    return () => {
      stop.abort();
      return ended;
    };
  }

  async function noticesOf(hostname: string): Promise<Notice[]> {
    const { body } = await request(backend.server)
      .get('/api/notifications')
      .set('Authorization', mockCredentials.user.header());
    return (body.notifications as Notice[]).filter(({ payload }) =>
      payload.title.includes(hostname),
    );
  }

  async function expose(name: string, daysLeft: number): Promise<void> {
    const { client } = test.cluster;
    const hostname = `${name}.example.com`;
    const { crt, key } = await certificate(hostname, daysLeft);
    await client.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'shop', name: `${name}-own` },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': crt, 'tls.key': key },
    } as KubernetesObject);
    await client.apply({
      apiVersion: API_VERSION,
      kind: 'AppNetwork',
      metadata: {
        namespace: 'shop',
        name,
        labels: { 'backstage.io/kubernetes-id': 'shop' },
      },
      spec: {
        hostnames: [hostname],
        tls: { certificateRef: { name: `${name}-own` } },
      },
    } as KubernetesObject);
  }

  it('tells the owner of the entity once of a certificate that nobody renews, over restarts', async () => {
    await expose('shop', 5);
    const stop = watch();
    const notice = await eventually(
      'the notification',
      async () => (await noticesOf('shop.example.com'))[0],
      30_000,
    );
    expect(notice.payload).toMatchObject({
      title: 'The certificate of shop.example.com expires in 4 days',
      description: expect.stringMatching(
        /^On cluster Test the certificate of shop\.example\.com expires at \S+; clients refuse it then\. It is your own, in Secret shop-own of namespace shop, and nobody renews it: put a new one into that Secret\.$/,
      ),
      link: '/catalog/default/component/shop/network',
      severity: 'high',
      topic: 'Certificate expiry',
    });
    await stop();

    // When another one has been told of, this one has been looked at again.
    const stopNext = watch();
    await expose('cart', 20);
    const [cart] = await eventually(
      'another notification',
      async () => {
        const found = await noticesOf('cart.example.com');
        return found.length > 0 && found;
      },
      30_000,
    );
    expect(cart?.payload.severity).toBe('normal');
    const again = await noticesOf('shop.example.com');
    expect(again).toHaveLength(1);
    expect(again[0]?.updated ?? undefined).toBeUndefined();
    await stopNext();
  });
});

const COMPONENT = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'shop',
    annotations: { 'backstage.io/kubernetes-id': 'shop' },
  },
  relations: [{ type: 'ownedBy', targetRef: 'user:default/mock' }],
};

/** A certificate that has been valid for a year and is so for some days more. */
async function certificate(hostname: string, daysLeft: number) {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ]);
  const made = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${hostname}`,
      notBefore: new Date(Date.now() - 360 * DAY_MS),
      notAfter: new Date(Date.now() + daysLeft * DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: hostname },
        ]),
      ],
    },
    crypto,
  );
  return {
    crt: made.toString('pem'),
    key: x509.PemConverter.encode(
      await crypto.subtle.exportKey('pkcs8', keys.privateKey),
      'PRIVATE KEY',
    ),
  };
}
