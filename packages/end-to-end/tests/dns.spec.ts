import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import {
  addToCluster,
  apply,
  getObject,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import { deleteNamespaces } from '../src/connections.ts';
import {
  externalDnsSpec,
  giveKey,
  tsigFromSecret,
} from '../src/externalDns.ts';
import { startNameServer, type NameServer } from '../src/nameServer.ts';
import {
  gatewayAddress,
  moveGateway,
  patchPlatform,
  platformCondition,
} from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';

const ZONE = 'apps.example.test';
const REFUSED_ZONE = 'refused.example.test';
const NAMESPACE = 'dns-shop';
const FOREIGN_ADDRESS = '192.0.2.1';
const OTHER = 'external-dns-other';
const WILDCARD = { wildcard: {}, external: null, custom: null };

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

interface WithStatus extends KubernetesObject {
  status?: {
    conditions?: Condition[];
    components?: { release: string; state: string }[];
    ingress?: {
      system?: { addresses?: { value: string }[] };
    };
  };
}

test.describe.configure({ mode: 'serial' });

test.describe('Records in a zone of a real name server', () => {
  let cluster: LocalCluster;
  let names: NameServer;
  let gateway: string;
  let firstGateway: string;
  let restore: () => Promise<void>;
  let owner: string;

  const platform = () =>
    getObject<WithStatus>(cluster, 'networkplatform', 'default');
  const condition = async (
    object: Promise<WithStatus>,
    type: string,
  ): Promise<Condition | undefined> =>
    (await object).status?.conditions?.find(other => other.type === type);
  const platformDns = () => condition(platform(), 'DNSReady');
  const appNetworkDns = (name: string) =>
    condition(getObject(cluster, 'appnetwork', name, NAMESPACE), 'DNSReady');
  const address = (name: string) => names.addressesOf(`${name}.${ZONE}`);

  const externalDns = (zone: string) =>
    patchPlatform(cluster, externalDnsSpec(cluster.charts, names, zone));
  const appNetwork = (name: string, spec: object) =>
    apply(cluster, [
      {
        apiVersion: 'app-network.io/v1alpha1',
        kind: 'AppNetwork',
        metadata: { name, namespace: NAMESPACE },
        spec,
      },
    ]);

  test.beforeAll(async () => {
    // The build of ExternalDNS takes minutes the first time.
    test.setTimeout(10 * 60_000);
    cluster = await addToCluster(
      await localCluster(CLUSTER_NAME),
      'external-dns',
    );
    names = await startNameServer(cluster.hostAddress, [
      { name: ZONE, open: true, records: [`taken A ${FOREIGN_ADDRESS}`] },
      { name: REFUSED_ZONE, open: false },
    ]);
    gateway = await gatewayAddress(cluster);
    firstGateway = gateway;
    const { metadata } = await getObject<{ metadata: { uid: string } }>(
      cluster,
      'namespace',
      'kube-system',
    );
    owner = `default-${metadata.uid}`;
    for (const namespace of ['external-dns', OTHER]) {
      await giveKey(cluster, names, namespace);
    }
    await apply(cluster, [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ]);
  });

  test.afterAll(async () => {
    test.setTimeout(5 * 60_000);
    try {
      await restore?.();
      await moveGateway(cluster, Number(firstGateway.split('.').pop()));
      await kubectl(cluster, [
        ...['delete', 'appnetworks', '--all', '--namespace', NAMESPACE],
      ]);
      await deleteNamespaces(cluster, [NAMESPACE, OTHER]);
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

  test('are kept by ExternalDNS, once the platform says so', async () => {
    restore = await externalDns(ZONE);
    await expect
      .poll(platformDns, { timeout: 2 * 60_000 })
      .toMatchObject({ status: 'True', reason: 'ExternalDNS' });
    expect((await platform()).status?.components).toContainEqual(
      expect.objectContaining({ release: 'external-dns', state: 'Ready' }),
    );
  });

  test('lead to the gateway, for a hostname that is generated', async () => {
    await appNetwork('shop', { dns: { ttl: 120 } });
    await expect
      .poll(() => address(`shop.${NAMESPACE}.default`), { timeout: 60_000 })
      .toEqual([gateway]);
    expect(await names.ttlOf(`shop.${NAMESPACE}.default.${ZONE}`)).toBe(120);
    await expect
      .poll(() => appNetworkDns('shop'))
      .toMatchObject({ status: 'True', reason: 'Resolves' });
  });

  test('lead to the ingress controller, for a system component, and go with it', async () => {
    const component = {
      name: 'dashboard',
      namespace: NAMESPACE,
      ingress: { service: 'dashboard', port: 80 },
    };
    await apply(cluster, [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: NAMESPACE, name: 'dashboard' },
        spec: { selector: { app: 'dashboard' }, ports: [{ port: 80 }] },
      },
    ]);
    const unlist = await patchPlatform(cluster, {
      systemComponents: [component],
    });
    await expect
      .poll(() => address('dashboard.default'), { timeout: 60_000 })
      .not.toEqual([]);
    expect(await address('dashboard.default')).toEqual(
      (await platform()).status?.ingress?.system?.addresses?.map(
        ({ value }) => value,
      ),
    );
    await expect.poll(platformDns).toMatchObject({
      status: 'True',
      message: expect.stringContaining(`dashboard.default.${ZONE}`),
    });
    await unlist();
    await expect
      .poll(() => address('dashboard.default'), { timeout: 60_000 })
      .toEqual([]);
  });

  test('bear the mark of the cluster that has made them', async () => {
    expect(
      await names.textsOf(`a-shop.${NAMESPACE}.default.${ZONE}`),
    ).toContainEqual(expect.stringContaining(`external-dns/owner=${owner}`));
  });

  test('are not made outside the zone, nor where they are not wanted', async () => {
    await appNetwork('outside', { hostnames: ['shop.elsewhere.test'] });
    await appNetwork('unwanted', {
      hostnames: [`unwanted.${ZONE}`],
      dns: { enabled: false },
    });
    await appNetwork('witness', { hostnames: [`witness.${ZONE}`] });
    for (const name of ['outside', 'unwanted']) {
      await expect
        .poll(() => appNetworkDns(name))
        .toMatchObject({
          status: 'Unknown',
          reason: 'NotManaged',
          message: expect.stringContaining(`an A record with ${gateway}`),
        });
    }
    // ExternalDNS has seen all three when it has made this one's.
    await expect
      .poll(() => address('witness'), { timeout: 60_000 })
      .toEqual([gateway]);
    expect(await address('unwanted')).toEqual([]);
  });

  test('lead to the gateway from every name below a wildcard', async () => {
    await appNetwork('wildcard', {
      hostnames: [`*.wild.${ZONE}`],
      dns: { ttl: 90 },
    });
    await expect
      .poll(() => address('any.wild'), { timeout: 60_000 })
      .toEqual([gateway]);
    expect(await address('any.other.wild')).toEqual([gateway]);
    expect(await names.ttlOf(`any.wild.${ZONE}`)).toBe(90);
    expect(await names.textsOf(`a-_wildcard.wild.${ZONE}`)).toContainEqual(
      expect.stringContaining(`external-dns/owner=${owner}`),
    );
    await expect
      .poll(() => appNetworkDns('wildcard'))
      .toMatchObject({ status: 'True', reason: 'Resolves' });
  });

  test('follow the gateway to another address', async () => {
    gateway = await moveGateway(cluster, 210);
    const moved = Date.now();
    for (const name of ['witness', `shop.${NAMESPACE}.default`, 'any.wild']) {
      // Sooner than ExternalDNS would look by itself, which it does once a minute.
      await expect
        .poll(() => address(name), { timeout: 30_000 })
        .toEqual([gateway]);
    }
    test.info().annotations.push({
      type: 'all records lead to the new address',
      description: `after ${Math.round((Date.now() - moved) / 1000)} s`,
    });
    for (const name of ['witness', 'shop', 'wildcard']) {
      await expect
        .poll(() => appNetworkDns(name))
        .toMatchObject({ status: 'True', reason: 'Resolves' });
    }
  });

  test('go with a hostname that is no longer asked for, and with the exposure', async () => {
    const both = ['first', 'second'].map(name => `${name}.${ZONE}`);
    await appNetwork('several', { hostnames: both });
    for (const name of ['first', 'second']) {
      await expect
        .poll(() => address(name), { timeout: 60_000 })
        .toEqual([gateway]);
    }
    await appNetwork('several', { hostnames: both.slice(0, 1) });
    await expect.poll(() => address('second'), { timeout: 60_000 }).toEqual([]);
    expect(await address('first')).toEqual([gateway]);

    await appNetwork('several', {
      hostnames: both.slice(0, 1),
      expose: false,
    });
    await expect.poll(() => address('first'), { timeout: 60_000 }).toEqual([]);
    expect(await appNetworkDns('several')).toMatchObject({
      status: 'True',
      reason: 'NotExposed',
    });
    expect(await address('witness')).toEqual([gateway]);
  });

  test('of somebody else are left alone, and told of', async () => {
    await appNetwork('taken', { hostnames: [`taken.${ZONE}`] });
    await appNetwork('second-witness', {
      hostnames: [`second-witness.${ZONE}`],
    });
    await expect
      .poll(() => address('second-witness'), { timeout: 60_000 })
      .toEqual([gateway]);
    expect(await address('taken')).toEqual([FOREIGN_ADDRESS]);
    const told = await appNetworkDns('taken');
    expect(told).toMatchObject({ status: 'False', reason: 'PointsElsewhere' });
    expect(told?.message).toContain(
      `taken.${ZONE} leads to ${FOREIGN_ADDRESS}`,
    );
    expect(told?.message).toContain('not made by ExternalDNS');
  });

  test('of two owners are in one zone, each with those of its own', async () => {
    await installOther();
    const target = `target.${ZONE}`;
    await apply(cluster, [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: 'other',
          namespace: OTHER,
          labels: { 'dns-owner': 'other' },
          annotations: {
            'external-dns.kubernetes.io/hostname': `other.${ZONE}`,
          },
        },
        spec: { type: 'ExternalName', externalName: target },
      },
    ]);
    await expect
      .poll(() => names.aliasOf(`other.${ZONE}`), { timeout: 60_000 })
      .toBe(target);

    await appNetwork('other', { hostnames: [`other.${ZONE}`] });
    await expect
      .poll(() => appNetworkDns('other'), { timeout: 60_000 })
      .toMatchObject({
        status: 'False',
        reason: 'PointsElsewhere',
        message: expect.stringContaining('owner id other'),
      });
    // Both have looked at the whole zone since, and neither has touched what is the other's.
    await Promise.all([
      nextSynchronization('external-dns'),
      nextSynchronization(OTHER),
    ]);
    expect(await names.aliasOf(`other.${ZONE}`)).toBe(target);
    expect(await address('witness')).toEqual([gateway]);
    expect(await address('taken')).toEqual([FOREIGN_ADDRESS]);
  });

  test('go with the application', async () => {
    await kubectl(cluster, [
      ...['delete', 'appnetwork', 'shop', '--namespace', NAMESPACE],
    ]);
    await expect
      .poll(() => address(`shop.${NAMESPACE}.default`), { timeout: 60_000 })
      .toEqual([]);
    expect(await names.textsOf(`a-shop.${NAMESPACE}.default.${ZONE}`)).toEqual(
      [],
    );
    expect(await address('witness')).toEqual([gateway]);
  });

  test('go when the platform turns to another zone, and a refusal there is told in the words of the name server', async () => {
    await externalDns(REFUSED_ZONE);
    await expect
      .poll(() => address('witness'), { timeout: 2 * 60_000 })
      .toEqual([]);
    await expect.poll(platformDns, { timeout: 2 * 60_000 }).toMatchObject({
      status: 'False',
      reason: 'ProviderRefused',
      message: expect.stringContaining('The name server refuses'),
    });
    // Everything else goes on.
    for (const type of ['IngressGatewayReady', 'CertificatesReady']) {
      expect(await condition(platform(), type)).toMatchObject({
        status: 'True',
      });
    }
    await appNetwork('shop', {});
    await expect
      .poll(() => appNetworkDns('shop'))
      .toMatchObject({
        status: 'False',
        reason: 'RecordMissing',
        message: expect.stringContaining('The name server refuses'),
      });
  });

  test('go before ExternalDNS does', async () => {
    await externalDns(ZONE);
    await expect
      .poll(() => address('witness'), { timeout: 2 * 60_000 })
      .toEqual([gateway]);
    await patchPlatform(cluster, { dns: WILDCARD });
    await expect
      .poll(() => address('witness'), { timeout: 2 * 60_000 })
      .toEqual([]);
    await expect
      .poll(
        async () =>
          (
            await platform()
          ).status?.components?.find(
            ({ release }) => release === 'external-dns',
          )?.state,
        { timeout: 2 * 60_000 },
      )
      .toBe('Disabled');
    expect(await address('taken')).toEqual([FOREIGN_ADDRESS]);
    expect(await names.aliasOf(`other.${ZONE}`)).toBe(`target.${ZONE}`);
  });

  /** An ExternalDNS of somebody else's, as another cluster has it. */
  async function installOther() {
    const values = {
      provider: { name: 'rfc2136' },
      policy: 'sync',
      txtOwnerId: 'other',
      sources: ['service'],
      labelFilter: 'dns-owner=other',
      domainFilters: [ZONE],
      interval: '10s',
      env: tsigFromSecret(),
      extraArgs: {
        'rfc2136-host': names.address,
        'rfc2136-port': String(names.port),
        'rfc2136-zone': ZONE,
        'rfc2136-axfr': true,
        'rfc2136-tsig-keyname': names.key.name,
        'rfc2136-tsig-secret-alg': names.key.algorithm,
      },
    };
    const installing = promisify(execFile)(cluster.helm, [
      ...['upgrade', '--install', 'other', '--namespace', OTHER],
      ...['--kubeconfig', cluster.kubeconfig, '--wait', '--values', '-'],
      cluster.charts?.['external-dns']?.path ?? '',
    ]);
    installing.child.stdin?.end(JSON.stringify(values));
    await installing;
  }

  /** Waits until the ExternalDNS of a namespace has said once more that everything is as it should be. */
  async function nextSynchronization(namespace: string) {
    const count = async () =>
      (
        await kubectl(cluster, [
          ...['logs', '--namespace', namespace],
          ...['--selector', 'app.kubernetes.io/name=external-dns'],
          '--tail=-1',
        ])
      ).split('All records are already up to date').length;
    const before = await count();
    await expect.poll(count, { timeout: 90_000 }).toBeGreaterThan(before);
  }
});
