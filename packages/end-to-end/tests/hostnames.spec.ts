import { expect, test } from '@playwright/test';
import type { AppNetwork } from '../src/appNetworks.ts';
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
  namespace,
  pod,
  podsReady,
  service,
} from '../src/connections.ts';
import { externalDnsSpec, giveKey } from '../src/externalDns.ts';
import { getThroughGateway } from '../src/gateway.ts';
import { startNameServer, type NameServer } from '../src/nameServer.ts';
import {
  gatewayAddress,
  getPlatform,
  moveGateway,
  patchGatewayService,
  patchPlatform,
  platformCondition,
} from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const NAMESPACE = 'hostnames';
/** Has a generated hostname. */
const SHOP = 'shop';
/** Has a hostname of its own. */
const FIXED = 'fixed';
const FIXED_HOST = 'fixed.hostnames.example.com';
/** A system component, whose hostname is generated too. */
const DASHBOARD = 'dashboard';

const SUFFIX = 'apps.hostnames.test';
const ZONE = 'zone.hostnames.test';
const WILDCARD = { wildcard: {}, external: null, custom: null };

test.describe.configure({ mode: 'serial' });

test.describe('Generated hostnames', () => {
  let cluster: LocalCluster;
  let names: NameServer;
  let ca: string;
  let first: string;
  let restore: (() => Promise<void>) | undefined;

  test.beforeAll(async () => {
    // The build of ExternalDNS takes minutes the first time.
    test.setTimeout(10 * 60_000);
    cluster = await addToCluster(
      await localCluster(CLUSTER_NAME),
      'external-dns',
    );
    names = await startNameServer(cluster.hostAddress, [
      { name: ZONE, open: true },
    ]);
    await giveKey(cluster, names);
    ca = await clusterCa(cluster);
    first = await gatewayAddress(cluster);
    await apply(cluster, [namespace(NAMESPACE)]);
    await apply(cluster, [
      ...[SHOP, FIXED, DASHBOARD].flatMap(name => [
        pod({ namespace: NAMESPACE, name }, { serves: [8080] }),
        service({ namespace: NAMESPACE, name }),
      ]),
      appNetwork(SHOP, {}),
      appNetwork(FIXED, { hostnames: [FIXED_HOST] }),
    ]);
    await podsReady(cluster, [NAMESPACE]);
    restore = await patchPlatform(cluster, {
      systemComponents: [
        {
          name: DASHBOARD,
          namespace: NAMESPACE,
          ingress: { service: DASHBOARD, port: 80 },
        },
      ],
    });
  });

  test.afterAll(async () => {
    test.setTimeout(5 * 60_000);
    try {
      await restore?.();
      await moveGateway(cluster, Number(first.split('.').pop()));
      await kubectl(cluster, [
        ...['delete', 'appnetworks', '--all', '--namespace', NAMESPACE],
      ]);
      await deleteNamespaces(cluster, [NAMESPACE]);
      await expect
        .poll(() => platformCondition(cluster, 'Ready'), {
          timeout: 3 * 60_000,
        })
        .toMatchObject({ status: 'True' });
      await deleteNamespaces(cluster, ['external-dns']);
    } finally {
      await names?.end();
    }
  });

  const read = (name: string) =>
    getObject<AppNetwork>(cluster, 'appnetwork', name, NAMESPACE);
  const dnsReady = async (name: string) =>
    (await read(name)).status?.conditions?.find(
      ({ type }) => type === 'DNSReady',
    );
  /** Who answers for a hostname at an address, and the names of the certificate. What is said where nobody does. */
  const answer = (hostname: string, address: string) =>
    getThroughGateway(`https://${hostname}/hostname`, { address, ca }).then(
      ({ status, body, certificateNames }) =>
        `${status} ${body} ${certificateNames}`,
      error => `no answer: ${error}`,
    );
  const isServed = async (
    name: string,
    hostname: string,
    address: string,
    timeout = 60_000,
  ) => {
    await expect
      .poll(() => answer(hostname, address), { timeout })
      .toBe(`200 ${name} DNS:${hostname}`);
  };
  const isNotServed = async (hostname: string, address: string) => {
    await expect
      .poll(() => answer(hostname, address), { timeout: 30_000 })
      .toMatch(/^(404|no answer)/);
  };
  /** Each object of the shop's by its kind and name, with the version that it has. */
  const objects = async (name: string) => {
    const printed = await kubectl(cluster, [
      'get',
      'gateways.networking.istio.io,virtualservices,destinationrules,certificates,secrets',
      ...['--all-namespaces', '--output=json', '--selector'],
      `app-network.io/owner=${NAMESPACE}.${name}`,
    ]);
    const { items } = JSON.parse(printed) as {
      items: (KubernetesObject & { metadata: { resourceVersion: string } })[];
    };
    return Object.fromEntries(
      items.map(({ kind, metadata }) => [
        `${kind} ${metadata.namespace}/${metadata.name}`,
        metadata.resourceVersion,
      ]),
    );
  };

  /** Waits until all that depends on the hostname is as it says, seen from outside and in the objects; tells how long that took. */
  const follows = async (hostname: string, address: string) => {
    const started = Date.now();
    await isServed(SHOP, hostname, address);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    test.info().annotations.push({
      type: 'first good answer',
      description: `${hostname} after ${seconds} s`,
    });
    await expect
      .poll(async () => (await read(SHOP)).status, { timeout: 30_000 })
      .toMatchObject({
        hostnames: [hostname],
        urls: [`https://${hostname}/`],
        addresses: [{ type: 'IPAddress', value: address }],
      });
    for (const [kind, path] of [
      ['gateways.networking.istio.io', '{.spec.servers[*].hosts[*]}'],
      ['virtualservices', '{.spec.hosts[*]}'],
    ] as const) {
      const hosts = await kubectl(cluster, [
        ...['get', kind, SHOP, '--namespace', NAMESPACE],
        ...['--output', `jsonpath=${path}`],
      ]);
      expect([...new Set(hosts.replaceAll('./', '').split(' '))]).toEqual([
        hostname,
      ]);
    }
    expect(Object.keys(await objects(SHOP)).sort()).toEqual(OF_THE_SHOP);
  };
  const generated = (suffix: string, environment = 'default') =>
    [SHOP, NAMESPACE, environment, suffix].join('.');
  const dashboardAt = async (suffix: string, address: string) => {
    const hostname = `${DASHBOARD}.default.${suffix}`;
    await expect
      .poll(
        async () =>
          (
            (
              await getPlatform(cluster)
            ).status as {
              urls?: { name: string; url: string }[];
            }
          ).urls,
        { timeout: 60_000 },
      )
      .toEqual([{ name: DASHBOARD, url: `https://${hostname}/` }]);
    await isServed(DASHBOARD, hostname, address, 2 * 60_000);
  };

  test('carry the gateway’s address, with wildcard DNS', async () => {
    await follows(generated(`${first}.nip.io`), first);
    await isServed(FIXED, FIXED_HOST, first);
    await dashboardAt(`${first}.nip.io`, first);
  });

  test('follow the gateway to another address; a hostname that nobody generated is served there as it was', async () => {
    const before = await objects(FIXED);
    const second = await moveGateway(cluster, 200);
    await follows(generated(`${second}.nip.io`), second);
    await isNotServed(generated(`${first}.nip.io`), second);

    await isServed(FIXED, FIXED_HOST, second);
    expect(await objects(FIXED)).toEqual(before);
    await expect
      .poll(() => dnsReady(FIXED))
      .toMatchObject({
        reason: 'NotManaged',
        message: expect.stringContaining(`an A record with ${second}`),
      });
    await dashboardAt(`${second}.nip.io`, second);
  });

  test('keep what serves them while the gateway has no address', async () => {
    const address = await gatewayAddress(cluster);
    const hostname = generated(`${address}.nip.io`);
    const before = await objects(SHOP);
    const has = (ingress: object[]) =>
      patchGatewayService(cluster, { status: { loadBalancer: { ingress } } });

    await has([]);
    await expect
      .poll(async () => (await read(SHOP)).status?.conditions, {
        timeout: 30_000,
      })
      .toContainEqual(
        expect.objectContaining({
          type: 'GatewayReady',
          status: 'False',
          reason: 'WaitingForAddress',
        }),
      );
    expect(await objects(SHOP)).toEqual(before);

    await has([{ ip: address }]);
    await follows(hostname, address);
    expect(await objects(SHOP)).toEqual(before);
  });

  test('end in the suffix that the platform says', async () => {
    const address = await gatewayAddress(cluster);
    await patchPlatform(cluster, {
      dns: { wildcard: null, external: null, custom: { suffix: SUFFIX } },
    });
    await follows(generated(SUFFIX), address);
    await isNotServed(generated(`${address}.nip.io`), address);
    expect(await dnsReady(SHOP)).toMatchObject({ reason: 'NotManaged' });
    await dashboardAt(SUFFIX, address);
  });

  test('have the name of the environment in them', async () => {
    const address = await gatewayAddress(cluster);
    await patchPlatform(cluster, { environmentName: 'staging' });
    await follows(generated(SUFFIX, 'staging'), address);
    await isNotServed(generated(SUFFIX), address);
    await patchPlatform(cluster, { environmentName: 'default' });
    await follows(generated(SUFFIX), address);
  });

  test('have records, where the platform has a zone', async () => {
    test.setTimeout(10 * 60_000);
    const address = await gatewayAddress(cluster);
    await patchPlatform(cluster, externalDnsSpec(cluster.charts, names, ZONE));
    await follows(generated(ZONE), address);
    await isNotServed(generated(SUFFIX), address);
    await expect
      .poll(() => names.addressesOf(generated(ZONE)), { timeout: 2 * 60_000 })
      .toEqual([address]);
    await dashboardAt(ZONE, address);
    await expect
      .poll(() => dnsReady(SHOP), { timeout: 30_000 })
      .toMatchObject({ status: 'True', reason: 'Resolves' });

    // Another name for the same, at the other end of the change.
    await patchPlatform(cluster, { environmentName: 'staging' });
    await follows(generated(ZONE, 'staging'), address);
    await expect
      .poll(() => names.addressesOf(generated(ZONE, 'staging')), {
        timeout: 3 * 60_000,
      })
      .toEqual([address]);
    await expect
      .poll(() => names.addressesOf(generated(ZONE)), { timeout: 60_000 })
      .toEqual([]);
    await patchPlatform(cluster, { environmentName: 'default' });
  });

  test('are what they were when all is put back, and their records are gone', async () => {
    test.setTimeout(10 * 60_000);
    await patchPlatform(cluster, { dns: WILDCARD });
    const address = await moveGateway(cluster, Number(first.split('.').pop()));
    expect(address).toBe(first);
    await follows(generated(`${first}.nip.io`), first);
    await isNotServed(generated(ZONE), first);
    await dashboardAt(`${first}.nip.io`, first);
    const records = async () =>
      (
        await Promise.all(
          ['default', 'staging'].map(environment =>
            names.addressesOf(generated(ZONE, environment)),
          ),
        )
      ).flat();
    await expect.poll(records, { timeout: 2 * 60_000 }).toEqual([]);
  });
});

/** However often its hostname has changed. */
const OF_THE_SHOP = [
  `Certificate istio-system/${NAMESPACE}-${SHOP}-tls`,
  `DestinationRule ${NAMESPACE}/${SHOP}.${SHOP}`,
  `Gateway ${NAMESPACE}/${SHOP}`,
  `Secret istio-system/${NAMESPACE}-${SHOP}-tls`,
  `VirtualService ${NAMESPACE}/${SHOP}`,
];

function appNetwork(name: string, spec: object): KubernetesObject {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace: NAMESPACE, name },
    spec: {
      selector: { matchLabels: { app: name } },
      mesh: { enabled: false },
      ...spec,
    },
  };
}
