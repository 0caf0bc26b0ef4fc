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
  appNetwork,
  conditionOf,
  toldMode,
  type Of,
} from '../src/appNetworks.ts';
import {
  apply,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import {
  deleteNamespaces,
  IMAGE,
  meshedNamespace,
  namespace,
  pod,
  podsReady,
  service,
} from '../src/connections.ts';
import { getThroughGateway } from '../src/gateway.ts';
import { gatewayAddress } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const NAMESPACE = 'tls-shop';
const SHOP = hostOf('shop');
/** They decrypt by themselves. */
const VAULTS = ['vault-a', 'vault-b'].map(inShop);
/** Likewise, with a sidecar before it. */
const MESHED_VAULT: Of = { namespace: 'tls-mesh', name: 'vault-meshed' };
const CERT_MANAGER = 'cert-manager';
const LABELS = { app: 'tls-test' };
const OUTSIDE_MESH = { mesh: { enabled: false } };

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

  const ready = (of = inShop('shop')) => conditionOf(cluster, of, 'Ready');

  /** Expects that a vault is reached by its name, and has decrypted by itself what it answers. */
  async function answersByItself(name: string): Promise<void> {
    const host = hostOf(name);
    expect(await served(host)).toBe(name);
    const answer = await getThroughGateway(`https://${host}/hostname`, {
      address: gateway,
      ca: cas[name] ?? '',
    });
    expect(answer).toMatchObject({ status: 200, body: name });
  }

  /** Has the shop's certificate come another way, and waits until that one is served. */
  async function switchTo(way: object, expected: string): Promise<void> {
    await patch('shop', {
      tls: { certificateRef: null, issuerRef: null, ...way },
    });
    await expect.poll(() => served(), { timeout: 90_000 }).toBe(expected);
    await expect.poll(() => ready()).toMatchObject({ status: 'True' });
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
        [...VAULTS, MESHED_VAULT].map(
          async ({ name }) =>
            [name, await ownCertificate(name, hostOf(name))] as const,
        ),
      ),
    );
    const vault = (of: Of, spec: object) => [
      secret(of, vaults.get(of.name)),
      vaultPod(of),
      service(of, 443, 'tls'),
      networkOf(of, { tls: { mode: 'Passthrough' }, ...spec }),
    ];
    await apply(cluster, [
      namespace(NAMESPACE),
      meshedNamespace(MESHED_VAULT.namespace),
    ]);
    await apply(cluster, [
      ...[CERT_MANAGER, NAMESPACE].flatMap(ca),
      issuer('ClusterIssuer', 'tls-company', 'company', undefined),
      issuer('Issuer', 'department', 'company', NAMESPACE),
      secret(inShop('own'), own.first),
      pod(inShop('shop'), { serves: [8080] }),
      service(inShop('shop')),
      networkOf(inShop('shop'), OUTSIDE_MESH),
      ...VAULTS.flatMap(of => vault(of, OUTSIDE_MESH)),
      ...vault(MESHED_VAULT, {}),
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
    await podsReady(cluster, [NAMESPACE, MESHED_VAULT.namespace]);
    for (const of of [inShop('shop'), ...VAULTS, MESHED_VAULT]) {
      await expect
        .poll(() => ready(of), { timeout: 90_000 })
        .toMatchObject({ status: 'True' });
    }
  });

  test.afterAll(async () => {
    await deleteNamespaces(cluster, [NAMESPACE, MESHED_VAULT.namespace]);
    await kubectl(cluster, [
      ...['delete', 'certificates,issuers,secrets,clusterissuers'],
      ...['--namespace', CERT_MANAGER, '--selector', 'app=tls-test'],
    ]);
  });

  test("is the platform's issuer's by default, and who asks without it is sent to it", async () => {
    await expect.poll(() => served(), { timeout: 60_000 }).toBe('platform');
    for (const host of [SHOP, ...VAULTS.map(({ name }) => hostOf(name))]) {
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
      await apply(cluster, [secret(inShop('own'), own.second)]);
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
        .poll(() => ready(), { timeout: 120_000 })
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
    for (const { name } of VAULTS) {
      await answersByItself(name);
    }
    await expect(
      getThroughGateway('https://vault-c.tls.example.com/', {
        address: gateway,
        ca: cas['vault-a'] ?? '',
      }),
    ).rejects.toThrow();
  });

  test('is what an application in the mesh has, where it is passed through: within the TLS of the mesh, which the gateway adds', async () => {
    const { name } = MESHED_VAULT;
    await answersByItself(name);
    // Which nobody ends but the sidecar: the application knows no certificate of the mesh.
    expect(await toldMode(cluster, MESHED_VAULT)).toBe('ISTIO_MUTUAL');
    await expect(
      getThroughGateway(`https://${hostOf(name)}/`, {
        address: gateway,
        ca: cas.platform ?? '',
      }),
    ).rejects.toThrow();
  });

  test('changes from the application to the gateway and back', async () => {
    const [{ name }] = VAULTS as [Of];
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

function inShop(name: string): Of {
  return { namespace: NAMESPACE, name };
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

function secret(of: Of, issued: Issued | undefined): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...of },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': issued?.certificate, 'tls.key': issued?.key },
  };
}

/** A pod that answers HTTPS with the certificate in the Secret of its name. */
function vaultPod({ namespace: inNamespace, name }: Of): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: inNamespace, name, labels: { app: name } },
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

function networkOf(of: Of, spec: object): object {
  return appNetwork(of, {
    selector: { matchLabels: { app: of.name } },
    hostnames: [hostOf(of.name)],
    ...spec,
  });
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
