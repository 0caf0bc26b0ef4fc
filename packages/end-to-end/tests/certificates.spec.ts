import { expect, test } from '@playwright/test';
import { conditionOf } from '../src/appNetworks.ts';
import {
  CERT_MANAGER,
  issuedInCluster,
  LABEL,
  rfc2136,
  tlsSecret,
  tsigSecret,
} from '../src/certificateObjects.ts';
import {
  clusterCa,
  identityInSecret,
  keepBeingRedirected,
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
  meshedNamespace,
  namespace,
  pod,
  podsReady,
  service,
} from '../src/connections.ts';
import { redirectOf } from '../src/gateway.ts';
import { startNameServer, type NameServer } from '../src/nameServer.ts';
import { startPebble, type AcmeServer } from '../src/pebble.ts';
import {
  gatewayAddress,
  getPlatform,
  patchPlatform,
  platformCondition,
} from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const ZONE = 'certificates.example.test';
const NAMESPACE = 'certificates-shop';
const MESHED = 'certificates-meshed';
const SHOP = `shop.${ZONE}`;
const DASHBOARD = `dashboard.default.${ZONE}`;
const HOSTNAMES = [SHOP, DASHBOARD];

/** A name that the ACME server issues nothing for. */
const REFUSED = `refused.${ZONE}`;
/** A name whose proof is put where the ACME server doesn't look. */
const UNPROVEN = `unproven.${ZONE}`;
/** A name that leads to an address at whose port 80 nobody answers. */
const ELSEWHERE = `elsewhere.${ZONE}`;

interface WithStatus extends KubernetesObject {
  status?: {
    conditions?: {
      type: string;
      status: string;
      reason: string;
      message: string;
    }[];
    certificate?: { issuer?: string };
  };
}

test.describe.configure({ mode: 'serial' });

test.describe('Certificates on the wire', () => {
  let cluster: LocalCluster;
  let gateway: string;
  let names: NameServer;
  /** Has the same zone; nobody asks it. */
  let otherNames: NameServer;
  let acme: AcmeServer;
  /** PEM, by what the tests call them. */
  let cas: Record<string, string>;
  let restore: () => Promise<void>;

  const row = () => platformCondition(cluster, 'CertificatesReady');
  const otherRows = async () =>
    (await getPlatform(cluster)).status?.conditions
      ?.filter(
        ({ type, status }) =>
          !['Ready', 'CertificatesReady'].includes(type) && status === 'True',
      )
      .map(({ type }) => type);
  const appNetwork = (name: string) =>
    getObject<WithStatus>(cluster, 'appnetwork', name, NAMESPACE);
  const certificateReady = async (name: string) =>
    (await appNetwork(name)).status?.conditions?.find(
      ({ type }) => type === 'CertificateReady',
    );
  const served = (hostname: string) => servedFrom(gateway, hostname, cas);

  const issueBy = (way: object) =>
    patchPlatform(cluster, {
      certificates: {
        selfSigned: null,
        ca: null,
        acme: null,
        issuerRef: null,
        ...way,
      },
    });
  const atAcmeServer = async () => ({
    server: acme.directory,
    email: 'platform@example.test',
    caBundle: Buffer.from(
      (await identityInSecret(cluster, 'pebble')).certificate,
    ).toString('base64'),
  });
  const issueByAcme = async (solvers: object[]) =>
    issueBy({ acme: { ...(await atAcmeServer()), solvers } });
  const ca = (name: string) => ({
    ca: { secretRef: { name, namespace: CERT_MANAGER } },
  });

  /** Takes a certificate at the gateway away, Secret and all, and waits for another. */
  async function issueAnew(name: string): Promise<void> {
    const ofGateway = ['--namespace', 'istio-system'];
    await kubectl(cluster, ['delete', 'secret', name, ...ofGateway]);
    const printed = () =>
      kubectl(cluster, [
        ...['get', 'secret', name, ...ofGateway, '--ignore-not-found'],
        ...['--output', 'jsonpath={.data.tls\\.crt}'],
      ]);
    await expect.poll(printed, { timeout: 90_000 }).not.toBe('');
  }

  /** Waits until an application and a system component have a certificate that chains to this CA. */
  async function servedByAll(name: string): Promise<void> {
    for (const hostname of HOSTNAMES) {
      await expect.poll(() => served(hostname), { timeout: 90_000 }).toBe(name);
    }
    await expect.poll(row).toMatchObject({ status: 'True' });
  }

  /** A CA that can't sign is told of, and nothing else changes for it. */
  async function staysServed(name: string, message: string): Promise<void> {
    const before = await otherRows();
    await issueBy(ca(name));
    await expect.poll(row).toMatchObject({ status: 'False' });
    const told = (await row())?.message;
    expect(told).toContain(`Secret cert-manager/${name} ${message}`);
    expect(told).toContain(
      'Until then ClusterIssuer app-network-ca goes on issuing.',
    );
    expect(await otherRows()).toEqual(before);

    // Whoever comes now gets a certificate as well.
    await apply(cluster, [appNetworkOf(`beside-${name}`, `${name}.${ZONE}`)]);
    await expect.poll(() => served(`${name}.${ZONE}`)).toBe('own');
    for (const hostname of HOSTNAMES) {
      expect(await served(hostname)).toBe('own');
    }
    expect(await certificateReady('shop')).toMatchObject({ status: 'True' });
  }

  test.beforeAll(async () => {
    // The build of Pebble takes a while the first time.
    test.setTimeout(10 * 60_000);
    cluster = await localCluster(CLUSTER_NAME);
    gateway = await gatewayAddress(cluster);
    await apply(cluster, [namespace(NAMESPACE)]);
    await apply(cluster, [
      ...['shop', 'dashboard'].flatMap(name => [
        pod({ namespace: NAMESPACE, name }, { serves: [8080] }),
        service({ namespace: NAMESPACE, name }),
      ]),
      ...issuedInCluster(cluster.hostAddress),
    ]);
    await kubectl(cluster, [
      ...['wait', 'certificates', '--all', '--namespace', CERT_MANAGER],
      ...['--for=condition=Ready', '--timeout=60s'],
    ]);
    const zone = { name: ZONE, open: true };
    names = await startNameServer(cluster.hostAddress, [
      {
        ...zone,
        records: [`* A ${gateway}`, `elsewhere A ${cluster.hostAddress}`],
      },
    ]);
    otherNames = await startNameServer(cluster.hostAddress, [zone]);
    const identity = await identityInSecret(cluster, 'pebble');
    acme = await startPebble(cluster.hostAddress, {
      identity,
      nameServer: `${names.address}:${names.port}`,
      refused: [REFUSED],
    });
    const [given, company] = await Promise.all(
      ['given-ca', 'company-ca'].map(name => identityInSecret(cluster, name)),
    );
    cas = {
      own: await clusterCa(cluster),
      given: given?.ca ?? '',
      company: company?.ca ?? '',
      acme: acme.ca,
    };
    await apply(cluster, [
      tlsSecret('foreign-key', given?.certificate ?? '', identity.key),
      tsigSecret('tsig', otherNames),
      tsigSecret('tsig-other', otherNames),
      appNetworkOf('shop', SHOP),
    ]);
    await podsReady(cluster, [NAMESPACE]);
    restore = await patchPlatform(cluster, {
      dns: { wildcard: null, external: null, custom: { suffix: ZONE } },
      systemComponents: [
        {
          name: 'dashboard',
          namespace: NAMESPACE,
          selector: { matchLabels: { app: 'dashboard' } },
          ingress: { service: 'dashboard', port: 80 },
        },
      ],
      components: {
        certManager: {
          values: {
            dns01RecursiveNameservers: `${names.address}:${names.port}`,
            dns01RecursiveNameserversOnly: true,
            config: {
              apiVersion: 'controller.config.cert-manager.io/v1alpha1',
              kind: 'ControllerConfiguration',
              acmeHTTP01Config: {
                solverNameservers: [`${names.address}:${names.port}`],
              },
            },
          },
        },
      },
    });
  });

  test.afterAll(async () => {
    test.setTimeout(3 * 60_000);
    try {
      await deleteNamespaces(cluster, [NAMESPACE, MESHED]);
      await restore?.();
      await expect
        .poll(() => platformCondition(cluster, 'Ready'), { timeout: 120_000 })
        .toMatchObject({ status: 'True' });
      await kubectl(cluster, [
        ...['delete', 'certificates,issuers,secrets,clusterissuers'],
        ...['--namespace', CERT_MANAGER, '--selector', LABEL],
      ]);
    } finally {
      await Promise.all([acme, names, otherNames].map(server => server?.end()));
    }
  });

  test("chain to the cluster's own CA by default", async () => {
    await servedByAll('own');
  });

  test('change to a given CA and back, and no request fails', async () => {
    const requests = keepRequesting(`https://${SHOP}/`, {
      address: gateway,
      ca: `${cas.own}${cas.given}`,
    });
    try {
      await issueBy(ca('given-ca'));
      await servedByAll('given');
      await issueBy({ selfSigned: {} });
      await servedByAll('own');
    } finally {
      const { answers, failures } = await requests.end();
      expect(failures).toEqual([]);
      expect(answers).toBeGreaterThan(20);
    }
  });

  for (const { what, name, message } of [
    {
      what: 'a certificate that is no CA',
      name: 'pebble',
      message:
        'has a certificate in tls.crt that is no CA (CN=pebble): its basicConstraints must say CA:TRUE',
    },
    {
      what: 'the key of another certificate',
      name: 'foreign-key',
      message:
        'has a tls.key that is not the private key of the certificate in tls.crt',
    },
    {
      what: 'nothing, for the Secret is missing',
      name: 'missing',
      message:
        'does not exist. Create it with kubectl create secret tls missing --namespace cert-manager --cert=ca.crt --key=ca.key, or name another.',
    },
  ]) {
    test(`stay what they are where the given CA is ${what}`, () =>
      staysServed(name, message));
  }

  test('stay what they are while proof for an ACME server fails, and both rows say why', async () => {
    await issueByAcme([
      rfc2136(names, 'tsig'),
      {
        selector: { dnsNames: [UNPROVEN] },
        ...rfc2136(otherNames, 'tsig-other'),
      },
    ]);
    // Its Secret has another name server's key.
    const refusal = 'DNS update failed';
    await expect
      .poll(() => certificateReady('shop'), { timeout: 60_000 })
      .toMatchObject({
        status: 'False',
        message: expect.stringContaining(refusal),
      });
    const { message } = (await certificateReady('shop')) ?? {};
    expect(message).toContain(`(DNS-01 of ${SHOP}, pending)`);
    expect(message).toContain('Until then the one before is served');
    await expect.poll(row).toMatchObject({
      status: 'False',
      message: expect.stringContaining(refusal),
    });
    for (const hostname of HOSTNAMES) {
      expect(await served(hostname)).toBe('own');
    }
  });

  test('come from the ACME server once it has proof', async () => {
    await apply(cluster, [tsigSecret('tsig', names)]);
    await servedByAll('acme');
    expect(await certificateReady('shop')).toMatchObject({ status: 'True' });
  });

  test("don't come where the ACME server says no, and its own words are told", async () => {
    await apply(cluster, [
      appNetworkOf('refused', REFUSED),
      appNetworkOf('unproven', UNPROVEN),
    ]);
    await expect
      .poll(() => certificateReady('refused'), { timeout: 60_000 })
      .toMatchObject({
        status: 'False',
        message: expect.stringContaining('rejectedIdentifier'),
      });
    await expect
      .poll(() => certificateReady('unproven'), { timeout: 60_000 })
      .toMatchObject({
        status: 'False',
        message: expect.stringContaining('No TXT records found'),
      });
  });

  test('come from an issuer that is there already', async () => {
    await issueBy({
      issuerRef: { name: 'company', kind: 'ClusterIssuer' },
    });
    await servedByAll('company');
  });

  test('come from the ACME server by proof over HTTP, and all else is redirected and served as before', async () => {
    test.setTimeout(5 * 60_000);
    const redirects = keepBeingRedirected(
      HOSTNAMES.flatMap(hostname => [
        `http://${hostname}/`,
        `http://${hostname}/a/path?with=query`,
        `http://${hostname}/.well-known/acme-challenge/not-asked-for`,
      ]),
      { address: gateway },
    );
    const requests = keepRequesting(`https://${SHOP}/`, {
      address: gateway,
      ca: Object.values(cas).join(''),
    });
    try {
      await issueByAcme([
        { http01: { ingress: { ingressClassName: 'istio' } } },
        {
          selector: { dnsNames: [SHOP] },
          http01: { ingress: { class: 'istio' } },
        },
      ]);
      await servedByAll('acme');

      // As for the first time, with nothing to serve yet.
      await apply(cluster, [appNetworkOf('fresh', `fresh.${ZONE}`)]);
      await issueAnew(`system.${NAMESPACE}.dashboard-tls`);
      await expect
        .poll(() => served(`fresh.${ZONE}`), { timeout: 90_000 })
        .toBe('acme');
      await servedByAll('acme');
      expect(
        await redirectOf(`http://fresh.${ZONE}/x`, { address: gateway }),
      ).toEqual({ status: 301, location: `https://fresh.${ZONE}/x` });
    } finally {
      const [redirected, answered] = await Promise.all([
        redirects.end(),
        requests.end(),
      ]);
      expect(redirected.failures).toEqual([]);
      expect(answered.failures).toEqual([]);
      expect(redirected.answers).toBeGreaterThan(20);
      expect(answered.answers).toBeGreaterThan(20);
    }
  });

  test("come from an ACME issuer of the application's namespace, in the mesh, by proof over HTTP", async () => {
    const inMesh = (name: string) => ({ namespace: MESHED, name });
    await apply(cluster, [meshedNamespace(MESHED)]);
    await apply(cluster, [
      pod(inMesh('shop'), { serves: [8080] }),
      service(inMesh('shop')),
    ]);
    // Before there are pods that come and go, for proof.
    await podsReady(cluster, [MESHED]);
    await apply(cluster, [
      {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Issuer',
        metadata: inMesh('acme'),
        spec: {
          acme: {
            ...(await atAcmeServer()),
            privateKeySecretRef: { name: 'acme-account' },
            solvers: [{ http01: { ingress: { ingressClassName: 'istio' } } }],
          },
        },
      },
      {
        apiVersion: 'app-network.io/v1alpha1',
        kind: 'AppNetwork',
        metadata: inMesh('shop'),
        spec: {
          selector: { matchLabels: { app: 'shop' } },
          hostnames: [`meshed.${ZONE}`],
          tls: { issuerRef: { name: 'acme', kind: 'Issuer' } },
        },
      },
    ]);
    await expect
      .poll(() => served(`meshed.${ZONE}`), { timeout: 90_000 })
      .toBe('acme');
    await expect
      .poll(() => conditionOf(cluster, inMesh('shop'), 'Ready'))
      .toMatchObject({ status: 'True' });
    expect(
      await redirectOf(`http://meshed.${ZONE}/x`, { address: gateway }),
    ).toEqual({ status: 301, location: `https://meshed.${ZONE}/x` });
  });

  test("don't come where proof is asked for at another address, and the row says so", async () => {
    await apply(cluster, [appNetworkOf('elsewhere', ELSEWHERE)]);
    await expect
      .poll(() => certificateReady('elsewhere'), { timeout: 60_000 })
      .toMatchObject({
        status: 'False',
        message: expect.stringContaining('connection refused'),
      });
    const { message } = (await certificateReady('elsewhere')) ?? {};
    expect(message).toContain(`(HTTP-01 of ${ELSEWHERE}, pending)`);
    expect(message).toContain('whether the name leads to the ingress');
  });
});

function appNetworkOf(name: string, hostname: string): object {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace: NAMESPACE, name },
    spec: {
      selector: { matchLabels: { app: 'shop' } },
      hostnames: [hostname],
      mesh: { enabled: false },
    },
  };
}
