import http from 'node:http';
import tls from 'node:tls';
import { expect, test } from '@playwright/test';
import { serverCertificate } from '@internal/local-cluster/src/clusterTest/fixtures.ts';
import {
  clusterCa,
  identityInSecret,
  keepRequesting,
  servedFrom,
} from '../src/certificates.ts';
import {
  apply,
  getObject,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import {
  deleteNamespaces,
  IMAGE,
  namespace,
  pod,
  podsReady,
  service,
} from '../src/connections.ts';
import { getThroughGateway } from '../src/gateway.ts';
import { gatewayAddress } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const NAMESPACE = 'tls-shop';
const SHOP = 'shop.tls.example.com';
/** They decrypt by themselves. */
const VAULTS = ['vault-a', 'vault-b'];
const CERT_MANAGER = 'cert-manager';
const LABELS = { app: 'tls-test' };

interface AppNetwork extends KubernetesObject {
  status?: {
    observedGeneration?: number;
    conditions?: { type: string; status: string; message: string }[];
  };
}

interface Issued {
  authority: string;
  certificate: string;
  key: string;
}

test.describe.configure({ mode: 'serial' });

test.describe('TLS of an application', () => {
  let cluster: LocalCluster;
  let gateway: string;
  /** PEM, by what the tests call them. */
  let cas: Record<string, string>;
  let own: Record<'first' | 'second', Issued>;
  let vaults: Map<string, Issued>;

  const served = (hostname = SHOP) => servedFrom(gateway, hostname, cas);

  const ready = async (name: string) => {
    const { metadata, status } = await getObject<AppNetwork>(
      cluster,
      'appnetwork',
      name,
      NAMESPACE,
    );
    const { generation } = metadata as { generation?: number };
    return status?.observedGeneration === generation
      ? status?.conditions?.find(({ type }) => type === 'Ready')
      : undefined;
  };

  /** Has the shop's certificate come another way, and waits until that one is served. */
  async function switchTo(way: object, expected: string): Promise<void> {
    await patch('shop', {
      tls: { certificateRef: null, issuerRef: null, ...way },
    });
    await expect.poll(() => served(), { timeout: 90_000 }).toBe(expected);
    await expect.poll(() => ready('shop')).toMatchObject({ status: 'True' });
  }

  async function patch(name: string, spec: object): Promise<void> {
    await kubectl(cluster, [
      ...['patch', 'appnetwork', name, '--namespace', NAMESPACE],
      ...['--type', 'merge', '--patch', JSON.stringify({ spec })],
    ]);
  }

  /** Does something while clients, each with a connection of its own, go on asking; none of them may notice. */
  async function unnoticed(action: () => Promise<void>): Promise<void> {
    const requests = keepRequesting(`https://${SHOP}/`, {
      address: gateway,
      ca: Object.values(cas).join('\n'),
    });
    try {
      await action();
    } finally {
      const { answers, failures } = await requests.end();
      expect(failures).toEqual([]);
      expect(answers).toBeGreaterThan(5);
    }
  }

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    gateway = await gatewayAddress(cluster);
    own = {
      first: await ownCertificate('own first', SHOP),
      second: await ownCertificate('own second', SHOP),
    };
    vaults = new Map(
      await Promise.all(
        VAULTS.map(
          async name =>
            [name, await ownCertificate(name, hostOf(name))] as const,
        ),
      ),
    );
    await apply(cluster, [namespace(NAMESPACE)]);
    await apply(cluster, [
      ...[CERT_MANAGER, NAMESPACE].flatMap(ca),
      issuer('ClusterIssuer', 'tls-company', 'company', undefined),
      issuer('Issuer', 'department', 'company', NAMESPACE),
      secret('own', own.first),
      pod({ namespace: NAMESPACE, name: 'shop' }, { serves: [8080] }),
      service({ namespace: NAMESPACE, name: 'shop' }),
      ...[...vaults].flatMap(([name, issued]) => [
        secret(name, issued),
        vaultPod(name),
        service({ namespace: NAMESPACE, name }, 443, 'tls'),
        appNetwork(name, hostOf(name), { mode: 'Passthrough' }),
      ]),
      appNetwork('shop', SHOP, {}),
    ]);
    for (const where of [CERT_MANAGER, NAMESPACE]) {
      await kubectl(cluster, [
        ...['wait', 'certificate/company', '--namespace', where],
        ...['--for=condition=Ready', '--timeout=60s'],
      ]);
    }
    cas = {
      platform: await clusterCa(cluster),
      company: (await identityInSecret(cluster, 'company')).ca,
      department: (await identityInSecret(cluster, 'company', NAMESPACE)).ca,
      'own, first': own.first.authority,
      'own, second': own.second.authority,
      ...Object.fromEntries(
        [...vaults].map(([name, { authority }]) => [name, authority]),
      ),
    };
    await podsReady(cluster, [NAMESPACE]);
    for (const name of ['shop', ...VAULTS]) {
      await expect
        .poll(() => ready(name), { timeout: 90_000 })
        .toMatchObject({ status: 'True' });
    }
  });

  test.afterAll(async () => {
    await deleteNamespaces(cluster, [NAMESPACE]);
    await kubectl(cluster, [
      ...['delete', 'certificates,issuers,secrets,clusterissuers'],
      ...['--namespace', CERT_MANAGER, '--selector', 'app=tls-test'],
    ]);
  });

  test("is the platform's issuer's by default, and who asks without it is sent to it", async () => {
    await expect.poll(() => served(), { timeout: 60_000 }).toBe('platform');
    for (const host of [SHOP, ...VAULTS.map(hostOf)]) {
      expect(await askWithoutTls(gateway, host, '/a/b?c=d')).toEqual({
        status: 301,
        location: `https://${host}/a/b?c=d`,
      });
    }
  });

  test('is of another issuer of the cluster, and no request fails', () =>
    unnoticed(() =>
      switchTo({ issuerRef: { name: 'tls-company' } }, 'company'),
    ));

  test("is of an issuer of the application's namespace, and no request fails", () =>
    unnoticed(() =>
      switchTo(
        { issuerRef: { name: 'department', kind: 'Issuer' } },
        'department',
      ),
    ));

  test('follows that issuer when it issues anew', () =>
    unnoticed(async () => {
      const before = await serialNumber(gateway, SHOP);
      await kubectl(cluster, [
        ...['delete', 'secret', `${NAMESPACE}.shop-tls`],
        ...['--namespace', NAMESPACE],
      ]);
      await expect
        .poll(() => serialNumber(gateway, SHOP), { timeout: 60_000 })
        .not.toBe(before);
      expect(await served()).toBe('department');
    }));

  test("is the user's own, and follows it when it changes, and no request fails", () =>
    unnoticed(async () => {
      await switchTo({ certificateRef: { name: 'own' } }, 'own, first');
      await apply(cluster, [secret('own', own.second)]);
      await expect
        .poll(() => served(), { timeout: 120_000 })
        .toBe('own, second');
    }));

  test("goes on being served while the user's own is gone, which is told", () =>
    unnoticed(async () => {
      await kubectl(cluster, [
        ...['delete', 'secret', 'own', '--namespace', NAMESPACE],
      ]);
      await expect
        .poll(() => ready('shop'), { timeout: 120_000 })
        .toMatchObject({
          status: 'False',
          message: expect.stringContaining(
            `Secret own in namespace ${NAMESPACE} does not exist`,
          ),
        });
      expect(await served()).toBe('own, second');
    }));

  test("is the platform's again, and no request fails; what was made on the way is gone", async () => {
    await unnoticed(() => switchTo({}, 'platform'));
    const left = await kubectl(cluster, [
      ...['get', 'certificates,secrets', '--namespace', NAMESPACE],
      ...['--selector', 'app.kubernetes.io/managed-by=app-network'],
      ...['--output', 'name'],
    ]);
    expect(left).toBe('');
  });

  test('is what the application has, where it is passed through, by the name that is asked for', async () => {
    for (const name of VAULTS) {
      const host = hostOf(name);
      expect(await served(host)).toBe(name);
      const answer = await getThroughGateway(`https://${host}/hostname`, {
        address: gateway,
        ca: cas[name] ?? '',
      });
      expect(answer).toMatchObject({ status: 200, body: name });
    }
    await expect(
      getThroughGateway('https://vault-c.tls.example.com/', {
        address: gateway,
        ca: cas['vault-a'] ?? '',
      }),
    ).rejects.toThrow();
  });

  test('changes from the application to the gateway and back', async () => {
    const [name = ''] = VAULTS;
    const host = hostOf(name);
    const requests = keepRequesting(`https://${host}/`, {
      address: gateway,
      ca: `${cas[name]}\n${cas.platform}`,
    });
    const to = (mode: string, backend: string, port: number) =>
      patch(name, {
        tls: { mode },
        rules: [{ backendRefs: [{ name: backend, port }] }],
      });
    try {
      await to('Terminate', 'shop', 80);
      await expect
        .poll(() => served(host), { timeout: 60_000 })
        .toBe('platform');
      await to('Passthrough', name, 443);
      await expect.poll(() => served(host), { timeout: 60_000 }).toBe(name);
    } finally {
      const { answers, failures } = await requests.end();
      test.info().annotations.push({
        type: 'requests',
        description: `${answers} answered, ${failures.length} not`,
      });
      expect(answers).toBeGreaterThan(5);
    }
  });
});

/** @param commonName - tells its authority from others, for who checks it looks that up by its name */
function ownCertificate(commonName: string, host: string): Promise<Issued> {
  return serverCertificate('192.0.2.1', [host], { commonName });
}

function hostOf(name: string): string {
  return `${name}.tls.example.com`;
}

/** A CA in a namespace, called company. */
function ca(inNamespace: string): object[] {
  const api = { apiVersion: 'cert-manager.io/v1' };
  const metadata = (name: string) => ({
    namespace: inNamespace,
    name,
    labels: LABELS,
  });
  return [
    {
      ...api,
      kind: 'Issuer',
      metadata: metadata('tls-self-signed'),
      spec: { selfSigned: {} },
    },
    {
      ...api,
      kind: 'Certificate',
      metadata: metadata('company'),
      spec: {
        secretName: 'company',
        secretTemplate: { labels: LABELS },
        commonName: `company in ${inNamespace}`,
        isCA: true,
        issuerRef: { name: 'tls-self-signed' },
        privateKey: { algorithm: 'ECDSA' },
      },
    },
  ];
}

function issuer(
  kind: string,
  name: string,
  secretName: string,
  inNamespace: string | undefined,
): object {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind,
    metadata: { namespace: inNamespace, name, labels: LABELS },
    spec: { ca: { secretName } },
  };
}

function secret(name: string, { certificate, key }: Issued): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: NAMESPACE, name },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  };
}

/** A pod that answers HTTPS with the certificate in the Secret of its name. */
function vaultPod(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: NAMESPACE, name, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: IMAGE,
          args: [
            ...['netexec', '--http-port=8080', '--udp-port=-1'],
            ...['--tls-cert-file=/tls/tls.crt'],
            ...['--tls-private-key-file=/tls/tls.key'],
          ],
          readinessProbe: {
            httpGet: { path: '/', port: 8080, scheme: 'HTTPS' },
          },
          volumeMounts: [{ name: 'tls', mountPath: '/tls' }],
        },
      ],
      volumes: [{ name: 'tls', secret: { secretName: name } }],
    },
  } as KubernetesObject;
}

function appNetwork(name: string, hostname: string, way: object): object {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace: NAMESPACE, name },
    spec: {
      selector: { matchLabels: { app: name } },
      hostnames: [hostname],
      mesh: { enabled: false },
      tls: way,
    },
  };
}

function askWithoutTls(
  address: string,
  host: string,
  path: string,
): Promise<{ status?: number; location?: string }> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: address, path, headers: { host }, agent: false }, answer => {
        answer.resume();
        const { statusCode: status, headers } = answer;
        resolve({ status, location: headers.location });
      })
      .on('error', reject);
  });
}

/** Of the certificate that is served for a hostname, whoever has issued it. */
function serialNumber(address: string, hostname: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect(
      {
        host: address,
        port: 443,
        servername: hostname,
        rejectUnauthorized: false,
      },
      () => {
        socket.end();
        resolve(socket.getPeerCertificate().serialNumber);
      },
    );
    socket.on('error', reject);
  });
}
