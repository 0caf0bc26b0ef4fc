import { expect, test } from '@playwright/test';
import { serverCertificate } from '@internal/local-cluster/src/clusterTest/fixtures.ts';
import { appNetwork, conditionOf } from '../src/appNetworks.ts';
import { clusterCa, keepRequesting, servedFrom } from '../src/certificates.ts';
import { CERT_MANAGER, tlsSecret } from '../src/certificateObjects.ts';
import {
  apply,
  kubectl,
  localCluster,
  type LocalCluster,
} from '../src/cluster.ts';
import {
  deleteNamespaces,
  deployment,
  namespace,
  podsReady,
  service,
} from '../src/connections.ts';
import { getThroughGateway } from '../src/gateway.ts';
import { gatewayAddress } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const NAMESPACE = 'bad-input';
const NEIGHBOURS = 'bad-input-neighbours';
const SHOP = { namespace: NAMESPACE, name: 'shop' };
const STEADY = { namespace: NEIGHBOURS, name: 'shop' };
const ISSUER = 'bad-input';
const DAY = 24 * 60 * 60_000;

const host = (name: string) => `${name}.bad-input.example.test`;
const path = (value: string, backendRef: object) => ({
  matches: [{ path: { value } }],
  backendRefs: [backendRef],
});
const EVERYTHING = { backendRefs: [{ name: 'shop' }] };

test.describe.configure({ mode: 'serial' });

test.describe('What is wrong with an AppNetwork', () => {
  let cluster: LocalCluster;
  let gateway: { address: string; ca: string };
  let others: ReturnType<typeof keepRequesting>;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    await apply(cluster, [NAMESPACE, NEIGHBOURS].map(namespace));
    await apply(cluster, [
      ...[SHOP, STEADY].flatMap(of => [
        deployment(of),
        service(of),
        appNetwork(of, {
          hostnames: [host(of.namespace)],
          mesh: { enabled: false },
        }),
      ]),
    ]);
    await podsReady(cluster, [NAMESPACE, NEIGHBOURS]);
    gateway = {
      address: await gatewayAddress(cluster),
      ca: await clusterCa(cluster),
    };
    for (const of of [SHOP, STEADY]) {
      await expect
        .poll(() => condition(of.name, 'Ready', of.namespace), {
          timeout: 120_000,
        })
        .toMatchObject({ status: 'True' });
      await answers(host(of.namespace), '/', 200);
    }
    others = keepRequesting(`https://${host(NEIGHBOURS)}/`, gateway);
  });

  test.afterAll(async () => {
    await others?.end();
    await kubectl(cluster, [
      ...['delete', 'appnetworks', '--all', '--namespace', NAMESPACE],
    ]);
    await deleteNamespaces(cluster, [NAMESPACE, NEIGHBOURS]);
    await kubectl(cluster, [
      ...['delete', 'clusterissuer', ISSUER, '--ignore-not-found'],
    ]);
    await kubectl(cluster, [
      ...['delete', 'secret', ISSUER, '--ignore-not-found'],
      ...['--namespace', CERT_MANAGER],
    ]);
  });

  const condition = (name: string, type: string, inNamespace = NAMESPACE) =>
    conditionOf(cluster, { namespace: inNamespace, name }, type);

  /** Waits until a condition doesn't hold for this reason, and looks for what its message must say. */
  const fails = async (
    name: string,
    type: string,
    reason: string,
    says: string[],
  ) => {
    await expect
      .poll(() => condition(name, type), { timeout: 90_000 })
      .toMatchObject({ status: 'False', reason });
    const { message } = (await condition(name, type)) ?? {};
    for (const part of says) {
      expect(message).toContain(part);
    }
    expect(await condition(name, 'Ready')).toMatchObject({ status: 'False' });
  };

  const holds = (name: string, type: string) =>
    expect
      .poll(() => condition(name, type), { timeout: 90_000 })
      .toMatchObject({ status: 'True' });

  const answers = (hostname: string, at: string, status: number) =>
    expect
      .poll(
        () =>
          getThroughGateway(`https://${hostname}${at}`, gateway).then(
            answer => answer.status,
            String,
          ),
        { timeout: 90_000 },
      )
      .toBe(status);

  const writeShop = (spec: object) =>
    apply(cluster, [
      appNetwork(SHOP, {
        hostnames: [host(NAMESPACE)],
        mesh: { enabled: false },
        ...spec,
      }),
    ]);

  const refused = (object: object) =>
    apply(cluster, [object]).then(
      () => 'was taken',
      ({ stderr }: { stderr: string }) => stderr,
    );

  test('is told of a Service that does not exist, and over when it does', async () => {
    await writeShop({
      rules: [path('/later', { name: 'later', port: 80 }), EVERYTHING],
    });
    await fails('shop', 'GatewayReady', 'BackendNotFound', [
      'spec.rules[0].backendRefs[0].name',
      `Service later in namespace ${NAMESPACE}`,
      'name one that is there: shop',
    ]);
    await answers(host(NAMESPACE), '/later', 503);
    await answers(host(NAMESPACE), '/', 200);
    await apply(cluster, [
      {
        ...service(SHOP),
        metadata: { namespace: NAMESPACE, name: 'later' },
      },
    ]);
    await holds('shop', 'Ready');
    await answers(host(NAMESPACE), '/later', 200);
  });

  test('is told of a port that the Service does not have, and over when it has it', async () => {
    await writeShop({
      rules: [path('/port', { name: 'later', port: 8080 }), EVERYTHING],
    });
    await fails('shop', 'GatewayReady', 'PortNotFound', [
      'spec.rules[0].backendRefs[0].port',
      `Service later in namespace ${NAMESPACE} has no TCP port 8080`,
      'it has: 80',
    ]);
    await answers(host(NAMESPACE), '/port', 503);
    await answers(host(NAMESPACE), '/', 200);
    await apply(cluster, [
      {
        ...service(SHOP, 8080),
        metadata: { namespace: NAMESPACE, name: 'later' },
      },
    ]);
    await holds('shop', 'Ready');
    await answers(host(NAMESPACE), '/port', 200);
  });

  test('is told of pods that nothing makes, and over when something does', async () => {
    const late = { namespace: NAMESPACE, name: 'late' };
    await apply(cluster, [
      service(late),
      appNetwork(late, {
        hostnames: [host('late')],
        mesh: { enabled: false },
        selector: { matchLabels: { app: 'late' } },
      }),
    ]);
    await fails('late', 'PolicyReady', 'NoPods', [
      'spec.selector',
      `namespace ${NAMESPACE}`,
      'app=late',
    ]);
    await answers(host('late'), '/', 503);
    await apply(cluster, [deployment(late)]);
    await holds('late', 'Ready');
    await answers(host('late'), '/', 200);
  });

  test('is told of an issuer that is not ready, and over when it is', async () => {
    await apply(cluster, [
      {
        apiVersion: 'cert-manager.io/v1',
        kind: 'ClusterIssuer',
        metadata: { name: ISSUER },
        spec: { ca: { secretName: ISSUER } },
      },
      appNetwork(
        { namespace: NAMESPACE, name: 'issued' },
        {
          hostnames: [host('issued')],
          mesh: { enabled: false },
          tls: { issuerRef: { name: ISSUER } },
          rules: [EVERYTHING],
        },
      ),
    ]);
    await fails('issued', 'CertificateReady', 'Issuing', [
      `asked of ClusterIssuer ${ISSUER} (spec.tls.issuerRef.name)`,
      'Ready status condition',
    ]);
    await answers(host(NAMESPACE), '/', 200);
    const { certificate, key } = await serverCertificate('127.0.0.1');
    await apply(cluster, [tlsSecret(ISSUER, certificate, key)]);
    await holds('issued', 'Ready');
    await expect
      .poll(() =>
        servedFrom(gateway.address, host('issued'), { its: certificate }),
      )
      .toBe('its');
  });

  test("is told of a Secret of the user's own, whatever is wrong with it, and over when it is right", async () => {
    const own = { namespace: NAMESPACE, name: 'own' };
    await apply(cluster, [
      appNetwork(own, {
        hostnames: [host('own')],
        mesh: { enabled: false },
        tls: { certificateRef: { name: 'own' } },
        rules: [EVERYTHING],
      }),
    ]);
    const now = Date.now();
    const [good, other, past, future] = await Promise.all([
      serverCertificate('127.0.0.1', [host('own')]),
      serverCertificate('127.0.0.1', [host('other')]),
      serverCertificate('127.0.0.1', [host('own')], {
        notBefore: new Date(now - 2 * DAY),
        notAfter: new Date(now - DAY),
      }),
      serverCertificate('127.0.0.1', [host('own')], {
        notBefore: new Date(now + DAY),
        notAfter: new Date(now + 2 * DAY),
      }),
    ]);
    const write = async (
      { certificate, key }: { certificate: string; key: string },
      type = 'kubernetes.io/tls',
    ) => {
      await kubectl(cluster, [
        ...['delete', 'secret', 'own', '--ignore-not-found'],
        ...['--namespace', NAMESPACE],
      ]);
      await apply(cluster, [
        {
          ...tlsSecret('own', certificate, key),
          metadata: own,
          type,
        },
      ]);
    };
    /** Has it looked at before the minute is over. */
    const lookNow = () =>
      kubectl(cluster, [
        ...['annotate', 'appnetwork', 'own', '--namespace', NAMESPACE],
        ...['--overwrite', `looked-at=${Date.now()}`],
      ]);
    const what = `Secret own in namespace ${NAMESPACE}`;
    await fails('own', 'CertificateReady', 'SecretNotFound', [
      'spec.tls.certificateRef.name',
      `${what} does not exist`,
      'kubectl create secret tls',
    ]);
    for (const { secret, type, reason, says } of [
      {
        secret: good,
        type: 'Opaque',
        reason: 'InvalidSecret',
        says: [what, 'type Opaque', 'must be kubernetes.io/tls'],
      },
      {
        secret: { ...good, key: other.key },
        reason: 'InvalidCertificate',
        says: [what, 'tls.key is not the private key of tls.crt'],
      },
      {
        secret: { certificate: 'none', key: 'none' },
        reason: 'InvalidCertificate',
        says: [what, 'PEM'],
      },
      {
        secret: other,
        reason: 'HostnameNotCovered',
        says: [what, host('other'), `does not cover ${host('own')}`],
      },
      {
        secret: past,
        reason: 'Expired',
        says: [
          'spec.tls.certificateRef.name',
          'Secret own',
          'expired at',
          'Put a new one into the Secret',
        ],
      },
      {
        secret: future,
        reason: 'NotYetValid',
        says: [
          'spec.tls.certificateRef.name',
          'Secret own',
          'not valid before',
          'that is valid now',
        ],
      },
    ]) {
      await write(secret, type);
      await lookNow();
      await fails('own', 'CertificateReady', reason, says);
    }
    const served = () =>
      servedFrom(gateway.address, host('own'), { its: good.authority });
    await write(good);
    await holds('own', 'Ready');
    await expect.poll(served).toBe('its');

    await kubectl(cluster, [
      ...['delete', 'secret', 'own', '--namespace', NAMESPACE],
    ]);
    await lookNow();
    await fails('own', 'CertificateReady', 'SecretNotFound', [what]);
    expect(await served()).toBe('its');
  });

  test('is refused where the gateway would refuse it, and everything else with it', async () => {
    for (const { rules, says, ...spec } of [
      {
        rules: [
          {
            matches: [
              {
                path: {
                  type: 'RegularExpression',
                  value: `/${String.raw`\pL{1000}`.repeat(100)}`,
                },
              },
            ],
          },
        ],
        says: [
          'spec.rules[0].matches[0].path.value',
          'too large for the gateway',
          'at most 10000',
        ],
      },
      {
        jwtRules: [
          {
            issuer: 'https://bad-input.example.test',
            jwks: '{"keys":[{"kty":"OKP","crv":"X25519","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}]}',
          },
        ],
        says: ['spec.jwtRules[0].jwks', 'crv X25519', 'takes Ed25519'],
      },
      {
        jwtRules: [
          {
            issuer: 'https://bad-input.example.test',
            jwksUri: 'https://bad-input.example.test/keys',
            fromHeaders: [{ name: 'x-token', prefix: 'a\nb' }],
          },
        ],
        says: ['spec.jwtRules[0].fromHeaders[0].prefix'],
      },
    ]) {
      const error = await refused(
        appNetwork(SHOP, {
          hostnames: [host(NAMESPACE)],
          mesh: { enabled: false },
          rules,
          ...spec,
        }),
      );
      for (const part of says) {
        expect(error).toContain(part);
      }
    }
  });

  test('is refused of a hostname in another way to write it than that of DNS, and of too many', async () => {
    for (const hostname of [
      'Shop.bad-input.example.test',
      'shop.bad-input.example.test.',
      'käse.bad-input.example.test',
      `${'a'.repeat(64)}.example.test`,
    ]) {
      const error = await refused(
        appNetwork(
          { namespace: NAMESPACE, name: 'names' },
          { hostnames: [hostname] },
        ),
      );
      expect(error).toContain('spec.hostnames[0]');
      expect(error).toContain(hostname);
      expect(error).toContain('in lower case');
    }
    const many = Array.from({ length: 33 }, (_, index) => host(`n${index}`));
    expect(
      await refused(
        appNetwork(
          { namespace: NAMESPACE, name: 'names' },
          { hostnames: many },
        ),
      ),
    ).toMatch(/spec\.hostnames: Too many: 33: must have at most 32 items/);
    expect(
      await refused(
        appNetwork({ namespace: NAMESPACE, name: 'a'.repeat(64) }, {}),
      ),
    ).toContain('metadata.name must be no longer than 63 characters');
  });

  test('is not a name with dots, and of the greatest length', async () => {
    const name = `shop.v2.${'a'.repeat(55)}`;
    await apply(cluster, [
      appNetwork(
        { namespace: NAMESPACE, name },
        {
          hostnames: [host('dots')],
          mesh: { enabled: false },
          rules: [EVERYTHING],
        },
      ),
    ]);
    await holds(name, 'Ready');
    await answers(host('dots'), '/', 200);
    await kubectl(cluster, [
      ...['delete', 'appnetwork', name, '--namespace', NAMESPACE],
    ]);
    expect(
      await kubectl(cluster, [
        ...['get', 'gateways.networking.istio.io', '--output', 'name'],
        ...['--namespace', NAMESPACE],
      ]),
    ).not.toContain('shop-v2');
  });

  test('never kept another AppNetwork from being served', async () => {
    const { answers: count, failures } = await others.end();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(100);
  });
});
