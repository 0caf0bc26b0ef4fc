import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { auditEvents } from '../src/auditLog.ts';
import { clusterCa } from '../src/certificates.ts';
import {
  addToCluster,
  apply,
  getObject,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import {
  deleteNamespaces,
  deployment,
  namespace,
  service,
} from '../src/connections.ts';
import { externalDnsSpec, giveKey } from '../src/externalDns.ts';
import { getThroughGateway } from '../src/gateway.ts';
import { startNameServer } from '../src/nameServer.ts';
import { patchPlatform, platformCondition } from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

/** What a cluster has of a platform, by name. */
const OF_THE_PLATFORM = /istio|cert-manager|app-network/;

/** Kinds of Istio and of cert-manager. */
const BROUGHT = /\.(istio|cert-manager)\.io$/;

const ZONE = 'uninstall.example.test';
const SHOP = 'uninstall-shop';
const MEMBER = 'uninstall-member';

const systemComponents = [
  {
    name: 'member',
    namespace: MEMBER,
    selector: { matchLabels: { app: 'member' } },
    mesh: true,
  },
];

test.describe.configure({ mode: 'serial' });

test.describe('A platform that is deleted', () => {
  let cluster: LocalCluster;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    await apply(cluster, [
      namespace(SHOP),
      namespace(MEMBER),
      deployment({ namespace: SHOP, name: 'shop' }),
      deployment({ namespace: MEMBER, name: 'member' }),
      service({ namespace: SHOP, name: 'shop' }),
      appNetwork('shop'),
    ]);
  });

  test.afterAll(async () => {
    await kubectl(cluster, [
      ...['delete', 'appnetworks', '--all', '--namespace', SHOP],
    ]);
    await deleteNamespaces(cluster, [SHOP, MEMBER]);
  });

  const names = async (...args: string[]) =>
    (await kubectl(cluster, ['get', ...args, '--output', 'name']))
      .split('\n')
      .filter(Boolean);
  const ofThePlatform = async (...args: string[]) =>
    (await names(...args)).filter(name => OF_THE_PLATFORM.test(name));
  const kinds = async () =>
    (await names('customresourcedefinitions')).filter(name =>
      BROUGHT.test(name),
    );
  const remove = () =>
    kubectl(cluster, [
      ...['delete', 'networkplatform', 'default', '--timeout=3m'],
    ]);
  const install = async () => {
    await kubectl(
      cluster,
      ['create', '--filename', '-'],
      await readFile(cluster.networkPlatform, 'utf8'),
    );
    await isReady();
  };
  const isReady = () =>
    expect
      .poll(() => platformCondition(cluster, 'Ready'), { timeout: 180_000 })
      .toMatchObject({ status: 'True' });
  const memberIs = (mesh: string) =>
    expect
      .poll(
        async () =>
          (
            await getObject<{
              status: { systemComponents?: { mesh: string }[] };
            }>(cluster, 'networkplatform', 'default')
          ).status.systemComponents?.[0]?.mesh,
        { timeout: 60_000 },
      )
      .toBe(mesh);
  const isRefused = (object: KubernetesObject) =>
    expect
      .poll(() => apply(cluster, [object]).catch(String), { timeout: 60_000 })
      .toContain('failed calling webhook');
  const shopIsServed = async () => {
    const ca = await clusterCa(cluster);
    const address = async () => {
      const { status } = await getObject<{
        status?: { urls?: string[]; addresses?: { value: string }[] };
      }>(cluster, 'appnetwork', 'shop', SHOP);
      return {
        url: status?.urls?.[0] ?? '',
        address: status?.addresses?.[0]?.value ?? '',
      };
    };
    await expect
      .poll(
        async () => {
          const { url, address: of } = await address();
          return getThroughGateway(`${url}hostname`, { address: of, ca }).catch(
            String,
          );
        },
        { timeout: 60_000 },
      )
      .toMatchObject({ status: 200, body: expect.stringMatching(/^shop-/) });
  };

  test('takes all it brought with it and nothing else, and one that is made anew works', async () => {
    const before = await kinds();
    await remove();
    // Of the backend, which leaves a lease there.
    expect(await ofThePlatform('namespaces')).toEqual([
      'namespace/app-network',
    ]);
    expect(
      await ofThePlatform(
        'clusterroles,clusterrolebindings,mutatingwebhookconfigurations,validatingwebhookconfigurations,ingressclasses',
      ),
    ).toEqual([]);
    expect(
      await ofThePlatform(
        'configmaps,secrets,leases',
        '--namespace',
        'default',
      ),
    ).toEqual([]);
    expect(
      (await names('leases', '--namespace', 'kube-system')).filter(name =>
        name.includes('cert-manager'),
      ),
    ).toEqual([]);
    // With the kinds the users' own objects would go.
    expect(await kinds()).toEqual(before);

    await install();
    await shopIsServed();
  });

  test('goes in order: records before ExternalDNS, members of the mesh before Istio, each after what needs it', async () => {
    // The build of ExternalDNS takes minutes the first time.
    test.setTimeout(10 * 60_000);
    const { charts } = await addToCluster(cluster, 'external-dns');
    const nameServer = await startNameServer(cluster.hostAddress, [
      { name: ZONE, open: true },
    ]);
    try {
      await giveKey(cluster, nameServer);
      await patchPlatform(cluster, {
        ...externalDnsSpec(charts, nameServer, ZONE),
        systemComponents,
      });
      const record = () =>
        nameServer.addressesOf(`shop.${SHOP}.default.${ZONE}`);
      await memberIs('In');
      await expect.poll(record, { timeout: 120_000 }).toHaveLength(1);
      // The one that the mesh has; that from before may still be ending.
      await expect
        .poll(() => names('pods', '--namespace', MEMBER), { timeout: 60_000 })
        .toHaveLength(1);
      const [pod = ''] = await names('pods', '--namespace', MEMBER);
      const before = (await auditEvents(cluster)).length;

      await remove();
      // Nobody but ExternalDNS has the key.
      expect(await record()).toEqual([]);
      const deletions = (await auditEvents(cluster))
        .slice(before)
        .filter(
          ({ verb, user }) =>
            verb === 'delete' &&
            // The kubelet's tells that a pod has ended, as long after as that takes.
            !user.username.startsWith('system:node:'),
        )
        .map(({ objectRef }) => `${objectRef?.resource}/${objectRef?.name}`);
      const last = (name: string) =>
        deletions.findLastIndex(other => other.startsWith(name));
      const order = [
        [pod.replace('pod/', 'pods/'), 'deployments/istiod'],
        [release('istio-ingressgateway'), 'deployments/istiod'],
        [release('istiod'), release('istio-base')],
        [release('istio-base'), 'namespaces/istio-system'],
        [release('cert-manager'), 'namespaces/cert-manager'],
      ];
      for (const [first = '', second = ''] of order) {
        expect(last(first), first).toBeGreaterThanOrEqual(0);
        expect(
          deletions.findIndex(other => other.startsWith(second)),
          `${second} after ${first}`,
        ).toBeGreaterThan(last(first));
      }
    } finally {
      await nameServer.end();
      await deleteNamespaces(cluster, ['external-dns']);
    }
    await install();
  });

  test('while neither istiod nor cert-manager answers goes all the same, with its kinds where that is asked for', async () => {
    await patchPlatform(cluster, {
      systemComponents,
      // Otherwise what is broken here would be put right.
      driftPolicy: 'Report',
      uninstall: { customResourceDefinitions: 'Delete' },
    });
    await memberIs('In');
    await apply(cluster, [CHALLENGE]);
    for (const [broken, of] of [
      ['istiod', 'istio-system'],
      ['cert-manager', 'cert-manager'],
      ['cert-manager-webhook', 'cert-manager'],
    ] as const) {
      await kubectl(cluster, [
        ...['scale', 'deployment', broken, '--namespace', of],
        '--replicas=0',
      ]);
    }
    await isRefused(PEER_AUTHENTICATION);
    await isRefused(ISSUER);
    // Its objects are of both.
    await apply(cluster, [appNetwork('other')]).catch(() => undefined);
    await kubectl(cluster, [
      ...['delete', 'appnetwork', 'other', '--namespace', SHOP],
      '--timeout=1m',
    ]);

    await remove();
    expect(await kinds()).toEqual([]);
    expect(await ofThePlatform('namespaces')).toEqual([
      'namespace/app-network',
    ]);
    // The users' networks are theirs.
    expect(await names('appnetworks', '--namespace', SHOP)).toEqual([
      'appnetwork.app-network.io/shop',
    ]);
  });

  test('leaves networks that can be deleted though their kinds are gone', async () => {
    await kubectl(cluster, [
      ...['delete', 'appnetwork', 'shop', '--namespace', SHOP],
      '--timeout=1m',
    ]);
    expect(
      await names(
        'networkpolicies,secrets,services',
        '--all-namespaces',
        '--selector',
        `app-network.io/owner=${SHOP}.shop`,
      ),
    ).toEqual([]);
  });

  test('with its kinds can be made anew', async () => {
    await install();
    await apply(cluster, [appNetwork('shop')]);
    await shopIsServed();
  });
});

/** The Secret in which Helm keeps a release, without its revision. */
function release(name: string): string {
  return `secrets/sh.helm.release.v1.${name}.v`;
}

function appNetwork(name: string): KubernetesObject {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace: SHOP, name },
    spec: {
      selector: { matchLabels: { app: name } },
      mesh: { enabled: false },
    },
  };
}

const PEER_AUTHENTICATION: KubernetesObject = {
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { namespace: SHOP, name: 'own' },
  spec: { mtls: { mode: 'STRICT' } },
};

const ISSUER: KubernetesObject = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Issuer',
  metadata: { namespace: SHOP, name: 'own' },
  spec: { selfSigned: {} },
};

/** Of an ACME server that nobody can reach; cert-manager would let go of it. */
const CHALLENGE: KubernetesObject = {
  apiVersion: 'acme.cert-manager.io/v1',
  kind: 'Challenge',
  metadata: {
    namespace: SHOP,
    name: 'pending',
    finalizers: ['acme.cert-manager.io/finalizer'],
  } as KubernetesObject['metadata'],
  spec: {
    authorizationURL: 'https://acme.invalid/authorization',
    dnsName: 'shop.example.com',
    issuerRef: { name: 'acme' },
    key: 'key',
    solver: {},
    token: 'token',
    type: 'HTTP-01',
    url: 'https://acme.invalid/challenge',
    wildcard: false,
  },
};
