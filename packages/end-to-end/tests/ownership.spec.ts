import { readFile } from 'node:fs/promises';
import http2 from 'node:http2';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { serverCertificate } from '@internal/local-cluster/src/clusterTest/fixtures.ts';
import { appNetwork, conditionOf, istioGateway } from '../src/appNetworks.ts';
import { clusterCa } from '../src/certificates.ts';
import { tlsSecret } from '../src/certificateObjects.ts';
import {
  apply,
  getObject,
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
import { createIssuer } from '../src/tokens.ts';

const DEVELOPER_ROLE = path.resolve(
  import.meta.dirname,
  '../../../examples/rbac/developer.yaml',
);

const ALICE = 'ownership-alice';
const MALLORY = 'ownership-mallory';
const DOMAIN = 'ownership.example.test';
const HOST = `shop.${DOMAIN}`;
const WILDCARD = `*.wild.${DOMAIN}`;
const THEIRS = `mallory.${DOMAIN}`;
/** No route of that name there; or refused before routes are looked at. */
const NOT_SERVED = [403, 404, 421];
const ISSUER = createIssuer(`https://id.${DOMAIN}`);
/** Whom no AppNetwork declares. */
const STRANGER = createIssuer(`https://stranger.${DOMAIN}`);

test.describe.configure({ mode: 'serial' });

test.describe('A developer of another namespace', () => {
  let cluster: LocalCluster;
  let gateway: { address: string; ca: string };

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    const [role = ''] = (await readFile(DEVELOPER_ROLE, 'utf8')).split('---');
    await kubectl(cluster, ['apply', '--filename', '-'], role);
    await apply(cluster, [ALICE, MALLORY].map(namespace));
    const own = await serverCertificate('127.0.0.1', [HOST]);
    await apply(cluster, [
      ...['app-network-developer', 'edit'].map(name => roleBinding(name)),
      ...[ALICE, MALLORY].flatMap(of => [
        deployment({ namespace: of, name: 'shop' }),
        service({ namespace: of, name: 'shop' }),
      ]),
      {
        ...tlsSecret('alice', own.certificate, own.key),
        metadata: { namespace: ALICE, name: 'alice' },
      },
      appNetwork(
        { namespace: ALICE, name: 'shop' },
        {
          hostnames: [HOST],
          mesh: { enabled: false },
          jwtRules: [{ issuer: ISSUER.issuer, jwks: ISSUER.jwks }],
          rules: [
            {
              matches: [{ path: { value: '/admin' } }],
              authentication: [{ requestPrincipals: [`${ISSUER.issuer}/*`] }],
            },
            {},
          ],
        },
      ),
      appNetwork(
        { namespace: ALICE, name: 'wild' },
        { hostnames: [WILDCARD], mesh: { enabled: false } },
      ),
    ]);
    await asMallory(
      appNetwork(
        { namespace: MALLORY, name: 'shop' },
        { hostnames: [THEIRS], mesh: { enabled: false } },
      ),
    );
    await podsReady(cluster, [ALICE, MALLORY]);
    gateway = {
      address: await gatewayAddress(cluster),
      ca: await clusterCa(cluster),
    };
    for (const host of [HOST, THEIRS]) {
      await expect
        .poll(() => answer(host, '/'), { timeout: 120_000 })
        .toBe(200);
    }
  });

  test.afterAll(async () => {
    for (const of of [ALICE, MALLORY]) {
      await kubectl(cluster, [
        ...['delete', 'appnetworks', '--all', '--namespace', of],
      ]);
    }
    await deleteNamespaces(cluster, [ALICE, MALLORY]);
    await kubectl(cluster, ['delete', 'clusterrole', 'app-network-developer']);
  });

  const AS_MALLORY = ['--as', 'mallory', '--as-group', 'mallorys'];

  /** Applies an object with the rights of a developer of Mallory's namespace; fails with what kubectl says. */
  const asMallory = (object: object) =>
    kubectl(
      cluster,
      ['apply', '--filename', '-', ...AS_MALLORY],
      JSON.stringify(object),
    );

  const refused = (object: object) =>
    asMallory(object).then(
      () => 'was taken',
      ({ stderr }: { stderr: string }) => stderr,
    );

  const network = (spec: object) =>
    appNetwork(
      { namespace: MALLORY, name: 'attack' },
      { mesh: { enabled: false }, ...spec },
    );

  const answer = (host: string, at: string, headers?: Record<string, string>) =>
    getThroughGateway(`https://${host}${at}`, { ...gateway, headers }).then(
      ({ status }) => status,
      String,
    );

  test('has no rights beside AppNetworks of the own namespace', async () => {
    for (const [verb, resource, of, subresource = ''] of [
      ['create', 'appnetworks.app-network.io', ALICE],
      ['update', 'appnetworks.app-network.io', MALLORY, 'status'],
      ['create', 'networkplatforms.app-network.io', MALLORY],
      ...[
        'gateways.networking.istio.io',
        'virtualservices.networking.istio.io',
        'envoyfilters.networking.istio.io',
        'requestauthentications.security.istio.io',
        'endpointslices.discovery.k8s.io',
      ].map(kind => ['create', kind, MALLORY]),
      ['get', 'secrets', 'istio-system'],
      ['create', 'secrets', 'istio-system'],
    ] as const) {
      const can = await kubectl(cluster, [
        ...['auth', 'can-i', verb ?? '', resource ?? ''],
        ...['--subresource', subresource],
        ...['--namespace', of ?? '', ...AS_MALLORY],
      ]).catch(({ stdout }: { stdout: string }) => stdout);
      expect(can.trim(), `${verb} ${resource} in ${of}`).toBe('no');
    }
  });

  test("does not get another's hostname, by itself, by a wildcard, below one or by its generated name", async () => {
    const alice = `in namespace ${ALICE}`;
    const { status } = await getObject<{
      status?: { ingress?: { applications?: { addresses?: unknown[] } } };
    }>(cluster, 'networkplatform', 'default');
    expect(status?.ingress?.applications?.addresses).toHaveLength(1);
    const generated = `shop.${ALICE}.default.${gateway.address}.nip.io`;
    for (const [hostname, says] of [
      [HOST, alice],
      [`*.${DOMAIN}`, alice],
      [`a.wild.${DOMAIN}`, alice],
      [`*.b.wild.${DOMAIN}`, alice],
      [WILDCARD, alice],
      [generated, `generated for namespace ${ALICE}`],
    ] as const) {
      const error = await refused(network({ hostnames: [hostname] }));
      expect(error).toContain('spec.hostnames');
      expect(error).toContain(hostname);
      expect(error).toContain(says);
    }
    expect(await answer(HOST, '/')).toBe(200);
  });

  test("does not get the hostname of somebody's Gateway, and waits until it is free", async () => {
    // Envoy takes no listener with two servers for one name, and istiod sees that they are alike only where their namespaces are.
    const legacy = `legacy.${DOMAIN}`;
    await apply(cluster, [
      istioGateway({ namespace: ALICE, name: 'legacy' }, `*/${legacy}`),
    ]);
    await asMallory(network({ hostnames: [legacy] }));
    await expect
      .poll(() => condition('GatewayReady'))
      .toMatchObject({
        status: 'False',
        reason: 'HostnameTaken',
        message: expect.stringContaining(
          `hostname ${legacy} belongs to Istio Gateway legacy in namespace ${ALICE}`,
        ),
      });
    await isServedAnew('after-legacy');
    await kubectl(cluster, [
      ...['delete', 'gateways.networking.istio.io', 'legacy'],
      ...['--namespace', ALICE],
    ]);
    await expect.poll(() => answer(legacy, '/'), { timeout: 60_000 }).toBe(200);
  });

  test('keeps its hostname when somebody else asks for it later, and is told who stops the gateway', async () => {
    const rivals = [
      istioGateway({ namespace: ALICE, name: 'rival' }, HOST),
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { namespace: MALLORY, name: 'rival' },
        spec: {
          ingressClassName: 'istio',
          tls: [{ hosts: [HOST], secretName: 'rival' }],
          defaultBackend: { service: { name: 'shop', port: { number: 80 } } },
        },
      },
    ];
    for (const rival of rivals) {
      const { kind, metadata } = rival;
      await apply(cluster, [rival]);
      await expect.poll(gatewayOfAlice).toMatchObject({
        status: 'False',
        reason: 'HostnameContested',
        message: expect.stringContaining(
          `${kind} rival in namespace ${metadata.namespace}`,
        ),
      });
      expect(await answer(HOST, '/')).toBe(200);
      await kubectl(cluster, [
        ...[
          'delete',
          kind === 'Ingress' ? 'ingress' : 'gateways.networking.istio.io',
        ],
        ...['rival', '--namespace', metadata.namespace],
      ]);
      await expect.poll(gatewayOfAlice).toMatchObject({ status: 'True' });
    }
    await isServedAnew('after-rivals');
  });

  const gatewayOfAlice = () =>
    conditionOf(cluster, { namespace: ALICE, name: 'shop' }, 'GatewayReady');

  /** The gateway still takes changes: a hostname that is new is served. */
  const isServedAnew = async (name: string) => {
    const host = `${name}.${DOMAIN}`;
    await apply(cluster, [
      appNetwork(
        { namespace: ALICE, name },
        { hostnames: [host], mesh: { enabled: false } },
      ),
    ]);
    await expect.poll(() => answer(host, '/'), { timeout: 60_000 }).toBe(200);
  };

  test("does not get another's certificate", async () => {
    for (const name of ['alice', `${ALICE}.shop-tls`]) {
      await asMallory(
        network({
          hostnames: [`cert.${DOMAIN}`],
          tls: { certificateRef: { name } },
        }),
      );
      await expect
        .poll(() => condition('CertificateReady'))
        .toMatchObject({
          status: 'False',
          reason: 'SecretNotFound',
          message: expect.stringContaining(
            `Secret ${name} in namespace ${MALLORY} does not exist`,
          ),
        });
    }
    expect(
      await refused(
        network({
          hostnames: [`cert.${DOMAIN}`],
          tls: { certificateRef: { name: 'alice', namespace: ALICE } },
        }),
      ),
    ).toContain('unknown field "spec.tls.certificateRef.namespace"');
  });

  const condition = (type: string) =>
    conditionOf(cluster, { namespace: MALLORY, name: 'attack' }, type);

  test("does not get at another's Service", async () => {
    for (const [backendRef, says] of [
      [{ name: 'shop', namespace: ALICE }, 'backendRefs[0].namespace'],
      [{ name: `shop.${ALICE}` }, 'spec.rules[0].backendRefs[0].name'],
    ] as const) {
      expect(
        await refused(
          network({
            hostnames: [`service.${DOMAIN}`],
            rules: [{ backendRefs: [backendRef] }],
          }),
        ),
      ).toContain(says);
    }
    for (const [tls, externalName] of [
      ['Terminate', `shop.${ALICE}.svc.cluster.local`],
      ['Terminate', 'istiod.istio-system.svc.cluster.local'],
      ['Passthrough', 'kubernetes.default.svc.cluster.local'],
    ]) {
      await asMallory(external(externalName ?? ''));
      const error = await refused(
        network({
          hostnames: [`service.${DOMAIN}`],
          tls: { mode: tls },
          rules: [{ backendRefs: [{ name: 'external' }] }],
        }),
      );
      expect(error).toContain('spec.rules[0].backendRefs[0].name');
      expect(error).toContain(`ExternalName and stands for ${externalName}`);
    }
  });

  test("does not get at another's Service by making one of the own into its name", async () => {
    const ownService = service({ namespace: MALLORY, name: 'external' });
    await kubectl(cluster, [
      ...['delete', 'service', 'external', '--namespace', MALLORY],
    ]);
    await asMallory({
      ...ownService,
      spec: { ...(ownService.spec as object), selector: { app: 'shop' } },
    });
    const host = `turned.${DOMAIN}`;
    await asMallory(
      network({
        hostnames: [host],
        rules: [{ backendRefs: [{ name: 'external' }] }],
      }),
    );
    await expect.poll(() => answer(host, '/'), { timeout: 90_000 }).toBe(200);
    await kubectl(cluster, [
      ...['delete', 'service', 'external', '--namespace', MALLORY],
    ]);
    await asMallory(external(`shop.${ALICE}.svc.cluster.local`));
    await expect
      .poll(() => condition('GatewayReady'))
      .toMatchObject({ status: 'False', reason: 'ExternalNameService' });
    await expect.poll(() => answer(host, '/')).toBe(503);
  });

  test("gets none of another's routes over a connection for the own hostname", async () => {
    const token = ISSUER.token();
    await expect
      .poll(() => answer(HOST, '/admin', { authorization: `Bearer ${token}` }))
      .toBe(200);
    for (const [sni, host] of [
      [THEIRS, HOST],
      [HOST, THEIRS],
      [THEIRS, `a.wild.${DOMAIN}`],
      [`a.wild.${DOMAIN}`, HOST],
    ] as const) {
      for (const at of ['/', '/admin']) {
        expect(
          NOT_SERVED,
          `${host}${at} over a connection for ${sni}`,
        ).toContain(await answer(sni, at, { host }));
        expect(NOT_SERVED).toContain(
          await answerOverHttp2(gateway, sni, host, at),
        );
      }
    }
    expect(await answerOverHttp2(gateway, THEIRS, THEIRS, '/')).toBe(200);
  });

  test('is told to ask over another connection where the one for a wildcard is for the name as well', async () => {
    const [narrow, other, old] = ['narrow', 'other', 'old'].map(
      label => `${label}.wild.${DOMAIN}`,
    ) as [string, string, string];
    const overWildcard = (host: string) =>
      answerOverHttp2(gateway, other, host, '/');
    const isAnswered = (host: string, status: number) =>
      expect.poll(() => overWildcard(host), { timeout: 60_000 }).toBe(status);
    const narrowAt = (hostname: string) =>
      appNetwork(
        { namespace: ALICE, name: 'narrow' },
        { hostnames: [hostname], mesh: { enabled: false } },
      );
    const byHand = (host: string) =>
      istioGateway({ namespace: ALICE, name: 'by-hand' }, host);
    await isAnswered(narrow, 200);

    await apply(cluster, [narrowAt(narrow), byHand(old)]);
    await isAnswered(narrow, 421);
    await isAnswered(old, 421);
    await expect
      .poll(() => answerOverHttp2(gateway, narrow, narrow, '/'), {
        timeout: 60_000,
      })
      .toBe(200);
    expect(await overWildcard(other)).toBe(200);

    // What is given up is the wildcard's again.
    await apply(cluster, [
      narrowAt(`narrow.${DOMAIN}`),
      byHand(`old.${DOMAIN}`),
    ]);
    await isAnswered(narrow, 200);
    await isAnswered(old, 200);
    await apply(cluster, [narrowAt(narrow)]);
    await isAnswered(narrow, 421);

    await kubectl(cluster, [
      ...['delete', 'appnetwork', 'narrow', '--namespace', ALICE],
    ]);
    await isAnswered(narrow, 200);
  });

  test('is told so where a certificate that somebody brings is for the name as well', async () => {
    const [one, two] = ['one', 'two'].map(
      label => `${label}.brought.${DOMAIN}`,
    ) as [string, string];
    const brought = await serverCertificate('127.0.0.1', [
      `*.brought.${DOMAIN}`,
    ]);
    for (const [of, host] of [
      [ALICE, one],
      [MALLORY, two],
    ] as const) {
      await apply(cluster, [
        {
          ...tlsSecret('brought', brought.certificate, brought.key),
          metadata: { namespace: of, name: 'brought' },
        },
        appNetwork(
          { namespace: of, name: 'brought' },
          {
            hostnames: [host],
            mesh: { enabled: false },
            tls: { certificateRef: { name: 'brought' } },
            rules: [
              {
                matches: [{ path: { value: '/only' } }],
                backendRefs: [{ name: 'shop' }],
              },
            ],
          },
        ),
      ]);
    }
    const over = (sni: string, host: string, at = '/only', token?: string) =>
      answerOverHttp2(gateway, sni, host, at, token).catch(String);
    for (const host of [one, two]) {
      await expect.poll(() => over(host, host), { timeout: 60_000 }).toBe(200);
    }
    await expect.poll(() => over(one, two)).toBe(421);
    await expect.poll(() => over(two, one)).toBe(421);
    // A token that the other application reads by itself, of an issuer that nobody declares.
    const token = STRANGER.token();
    expect(await over(two, two, '/only', token)).toBe(200);
    expect(await over(one, two, '/only', token)).toBe(421);
    // What only has no route there is no matter of the connection.
    for (const host of [one, one.toUpperCase(), `${one}:443`]) {
      expect(await over(one, host, '/other'), host).toBe(404);
    }
  });
});

function external(externalName: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: MALLORY, name: 'external' },
    spec: {
      type: 'ExternalName',
      externalName,
      ports: [{ name: 'http', port: 80 }],
    },
  };
}

function roleBinding(role: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { namespace: MALLORY, name: role },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: role,
    },
    subjects: [
      {
        kind: 'Group',
        apiGroup: 'rbac.authorization.k8s.io',
        name: 'mallorys',
      },
    ],
  };
}

/** Status of a GET over HTTP/2, where browsers use a connection for every hostname that its certificate covers (RFC 9113, section 9.1.1). */
async function answerOverHttp2(
  { address }: { address: string },
  sni: string,
  authority: string,
  at: string,
  token?: string,
): Promise<number> {
  const session = http2.connect(`https://${address}`, {
    servername: sni,
    rejectUnauthorized: false,
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      session.on('error', reject);
      const request = session.request({
        ':path': at,
        ':authority': authority,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      });
      request.on('response', headers => resolve(Number(headers[':status'])));
      request.on('error', reject);
      request.end();
    });
  } finally {
    session.destroy();
  }
}
