import { mockServices } from '@backstage/backend-test-utils';
import {
  API_VERSION,
  customResourceDefinitions,
  ownerLabelValue,
  OWNER_LABEL,
  MANAGED_BY_LABEL,
  MANAGED_BY,
  type AppNetwork,
  type AppNetworkSpec,
  type KubernetesObject,
  type NetworkPlatform,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import { installCustomResourceDefinitions } from '../engine/crds';
import { objectKey, objectRef } from '../engine/objects';
import type { KindRef } from '../engine/types';
import { auditEvents, isOwn, type AuditEvent } from '../testing/auditLog';
import {
  connectToTestCluster,
  eventually,
  synced,
  testCluster,
  type TestConnection,
} from '../testing/cluster';
import { startAppNetworkController } from './controller';
import { appNetworkInformers } from './informers';
import { createPodLooks } from './podLooks';
import { createAppNetworkReconciler } from './reconciler';
import {
  AUTHORIZATION_POLICY,
  CERTIFICATE,
  DESTINATION_RULE,
  GATEWAY,
  NETWORK_POLICY,
  RENDERED_KINDS,
  SECRET,
  VIRTUAL_SERVICE,
} from './render/kinds';
import { render } from './render/render';
import { readRenderCase, renderCaseNames } from './testing/renderCases';
import { upstreamDefinitions } from './testing/upstreamDefinitions';

jest.setTimeout(60_000);

type Anything = KubernetesObject & { spec?: Record<string, unknown> };

const GATEWAY_NAMESPACE = 'istio-system';

let test: TestConnection;
let namespace: string;
const stop = new AbortController();
let stopped: Promise<void> = Promise.resolve();

beforeAll(async () => {
  test = await connectToTestCluster();
  const problems = await installCustomResourceDefinitions(
    test.cluster.client,
    [...customResourceDefinitions(), ...(await upstreamDefinitions())],
    stop.signal,
  );
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  await test.cluster.client.apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: GATEWAY_NAMESPACE },
  });
  await setPlatformAddress('203.0.113.7');
  // Until a kind that is just installed has been found, the status says with reason that it is missing.
  await Promise.all(appNetworkInformers(test.cluster).owned.map(synced));
  ({ stopped } = startAppNetworkController({
    cluster: test.cluster,
    logger: mockServices.logger.mock(),
    signal: stop.signal,
  }));
}, 900_000);

beforeEach(async () => {
  namespace = await test.createNamespace();
});

afterAll(async () => {
  const { client } = test.cluster;
  const all = await client.list<AppNetwork>({
    apiVersion: API_VERSION,
    kind: 'AppNetwork',
  });
  // All at once, so that none waits for the next holder of its hostname.
  await Promise.all(all.map(found => client.delete(objectRef(found))));
  for (const found of all) {
    await eventually(
      `${objectKey(found)} gone`,
      async () => !(await client.get(objectRef(found))),
    );
  }
  stop.abort();
  await stopped;
  await client.delete({
    apiVersion: API_VERSION,
    kind: 'NetworkPlatform',
    name: 'default',
  });
  await test.close();
});

/** The platform controller does not run here: the test says what it would have found. */
async function setPlatformAddress(address: string): Promise<void> {
  const platform: NetworkPlatform = {
    apiVersion: API_VERSION,
    kind: 'NetworkPlatform',
    metadata: { name: 'default' },
  };
  await test.cluster.client.apply({ ...platform, spec: {} });
  await test.cluster.client.apply<NetworkPlatform>(
    {
      ...platform,
      status: {
        ingress: {
          applications: { addresses: [{ type: 'IPAddress', value: address }] },
        },
      },
    },
    { subresource: 'status', force: true },
  );
}

function appNetwork(name: string, spec: AppNetworkSpec = {}): AppNetwork {
  return {
    apiVersion: API_VERSION,
    kind: 'AppNetwork',
    metadata: { name, namespace },
    spec,
  };
}

const apply = (name: string, spec?: AppNetworkSpec) =>
  test.cluster.client.apply(appNetwork(name, spec), {
    fieldManager: 'test',
    force: true,
  });

const read = <T extends KubernetesObject = Anything>(ref: ObjectRef) =>
  test.cluster.client.get<T>(ref);

const inNamespace = (kind: KindRef, name: string): ObjectRef => ({
  ...kind,
  namespace,
  name,
});

const inGatewayNamespace = (kind: KindRef, name: string): ObjectRef => ({
  ...kind,
  namespace: GATEWAY_NAMESPACE,
  name,
});

/** A Service, and a Deployment that would make its pods. */
async function applyService(name = 'shop', port = 8080): Promise<void> {
  await test.cluster.client.apply<Anything>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      selector: { 'app.kubernetes.io/name': name },
      ports: [{ port, protocol: 'TCP' }],
    },
  });
  await applyDeployment(name);
}

function applyDeployment(
  name: string,
  serviceAccountName = 'default',
): Promise<KubernetesObject> {
  const labels = { 'app.kubernetes.io/name': name };
  return test.cluster.client.apply<Anything>({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName,
          containers: [{ name: 'app', image: 'app' }],
        },
      },
    },
  });
}

/** The AppNetwork, once its status has this reason for a condition of the spec as it is now. */
function settled(name: string, type: string, reason: string) {
  return eventually(`${name}: ${type} ${reason}`, async () => {
    const found = await read<AppNetwork>(
      inNamespace({ apiVersion: API_VERSION, kind: 'AppNetwork' }, name),
    );
    const condition = found?.status?.conditions?.find(
      candidate => candidate.type === type,
    );
    return (
      condition?.reason === reason &&
      condition.observedGeneration === found?.metadata.generation &&
      found
    );
  });
}

/** Until pods with a service account of the namespace may call the AppNetwork shop. */
async function isLetIn(serviceAccount: string): Promise<void> {
  const principal = `cluster.local/ns/${namespace}/sa/${serviceAccount}`;
  const policy = await eventually(`rule for ${serviceAccount}`, async () => {
    const found = await read(inNamespace(AUTHORIZATION_POLICY, 'shop'));
    return JSON.stringify(found ?? '').includes(principal) && found;
  });
  expect(policy.spec?.rules).toContainEqual({
    from: [{ source: { principals: expect.arrayContaining([principal]) } }],
  });
}

function conditionOf(found: AppNetwork, type: string) {
  return found.status?.conditions?.find(candidate => candidate.type === type);
}

/** What cert-manager does where it runs: the Secret, with the labels of the Certificate's template. */
async function issue(name: string): Promise<void> {
  const certificate = await read(inGatewayNamespace(CERTIFICATE, name));
  const template = certificate?.spec?.secretTemplate as {
    labels: Record<string, string>;
  };
  await test.cluster.client.apply<Anything>(
    {
      ...SECRET,
      metadata: {
        name,
        namespace: GATEWAY_NAMESPACE,
        labels: template.labels,
      },
    },
    { fieldManager: 'cert-manager' },
  );
}

/** What cert-manager says of a Certificate that it has issued. */
async function reportIssued(name: string): Promise<void> {
  const certificate = await eventually(`Certificate ${name}`, () =>
    read(inGatewayNamespace(CERTIFICATE, name)),
  );
  await test.cluster.client.apply<KubernetesObject & { status: object }>(
    {
      ...CERTIFICATE,
      metadata: { name, namespace: GATEWAY_NAMESPACE },
      status: {
        notAfter: '2036-01-01T00:00:00Z',
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            observedGeneration: certificate.metadata.generation,
          },
        ],
      },
    },
    { subresource: 'status', fieldManager: 'cert-manager' },
  );
}

const rulesFor = (value: string): AppNetworkSpec['rules'] => [
  { matches: [{ path: { value } }] },
];

/** Services that a VirtualService has routes to. */
async function destinations(name: string): Promise<string[]> {
  const found = await read(inNamespace(VIRTUAL_SERVICE, name));
  const hosts = JSON.stringify(found?.spec ?? {}).matchAll(
    /"host":"([^.]*)\./g,
  );
  return [...new Set([...hosts].map(([, host = '']) => host))].sort();
}

/** Hosts of each server with TLS of a Gateway. */
async function secureServers(name: string): Promise<string[][]> {
  const found = await read(inNamespace(GATEWAY, name));
  const servers = (found?.spec?.servers ?? []) as {
    port: { number: number };
    hosts: string[];
  }[];
  return servers
    .filter(({ port }) => port.number === 443)
    .map(({ hosts }) => hosts);
}

/** Everything in the cluster that is labelled with an AppNetwork of the test's namespace. */
async function owned(name: string): Promise<string[]> {
  const label = ownerLabelValue({ namespace, name });
  const lists = await Promise.all(
    RENDERED_KINDS.map(kind =>
      test.cluster.client.list(kind, {
        labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY},${OWNER_LABEL}=${label}`,
      }),
    ),
  );
  return lists
    .flat()
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    .sort();
}

describe('AppNetwork controller', () => {
  it('makes what an AppNetwork becomes, and says so in its status', async () => {
    await applyService();
    await apply('shop');
    const found = await settled('shop', 'GatewayReady', 'Programmed');
    const hostname = `shop.${namespace}.default.203.0.113.7.nip.io`;
    expect(found.status).toMatchObject({
      hostnames: [hostname],
      urls: [`https://${hostname}/`],
      addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
    });
    expect(found.metadata.finalizers).toEqual(['app-network.io/cleanup']);
    expect(conditionOf(found, 'PolicyReady')).toMatchObject({ status: 'True' });
    expect(conditionOf(found, 'DNSReady')?.reason).toBe('WildcardDNS');
    // Nobody issues certificates here.
    expect(conditionOf(found, 'CertificateReady')?.reason).toBe('Pending');
    expect(conditionOf(found, 'Ready')?.status).toBe('Unknown');
    expect(await owned('shop')).toEqual([
      'AuthorizationPolicy shop',
      `Certificate ${namespace}.shop-tls`,
      'DestinationRule shop.shop',
      'Gateway shop',
      'NetworkPolicy shop',
      'VirtualService shop',
    ]);
  });

  it('follows a Service that comes after the AppNetwork', async () => {
    await apply('shop');
    await settled('shop', 'GatewayReady', 'BackendNotFound');
    await applyService();
    const found = await settled('shop', 'GatewayReady', 'Programmed');
    expect(conditionOf(found, 'GatewayReady')?.status).toBe('True');
  });

  it('lets the pods of the AppNetwork call one another, by the service account that they run with', async () => {
    await applyService();
    await apply('shop');
    await settled('shop', 'GatewayReady', 'Programmed');
    await applyDeployment('shop', 'shopkeeper');
    await isLetIn('shopkeeper');
  });

  it('lets the pods of a CronJob call before there is any', async () => {
    await test.cluster.client.apply<Anything>({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'stocktaking', namespace },
      spec: {
        schedule: '0 3 1 1 *',
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels: { 'app.kubernetes.io/name': 'shop' } },
              spec: {
                serviceAccountName: 'stocktaker',
                restartPolicy: 'Never',
                containers: [{ name: 'stocktaking', image: 'stocktaking' }],
              },
            },
          },
        },
      },
    });
    await applyService();
    await apply('shop');
    await isLetIn('stocktaker');
  });

  it('lets pods of its own call that nothing is known to make, by their service account too', async () => {
    await test.cluster.client.apply<Anything>({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'migrator', namespace },
    });
    await test.cluster.client.apply<Anything>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'migration',
        namespace,
        labels: { 'app.kubernetes.io/name': 'shop' },
      },
      spec: {
        serviceAccountName: 'migrator',
        containers: [{ name: 'migration', image: 'migration' }],
      },
    });
    await applyService();
    await apply('shop');
    await isLetIn('migrator');
  });

  it('says that it selects no pods, until something makes such', async () => {
    await apply('shop', { selector: { matchLabels: { app: 'typo' } } });
    const found = await settled('shop', 'PolicyReady', 'NoPods');
    expect(conditionOf(found, 'PolicyReady')?.message).toContain('app=typo');
    await applyService();
    await apply('shop');
    await settled('shop', 'PolicyReady', 'Applied');
  });

  it('tells both of two that select the same pods', async () => {
    await applyService();
    await apply('shop');
    await settled('shop', 'PolicyReady', 'Applied');
    await apply('all', { expose: false, selector: {} });
    await settled('all', 'PolicyReady', 'PodsShared');
    const found = await settled('shop', 'PolicyReady', 'PodsShared');
    expect(conditionOf(found, 'PolicyReady')?.message).toContain(
      `the pods of Deployment ${namespace}/shop are selected by AppNetwork all too`,
    );
    await test.cluster.client.delete(appNetworkRef('all'));
    await settled('shop', 'PolicyReady', 'Applied');
  });

  it('says which AppNetwork keeps the gateway from a backend, until that lets it in', async () => {
    await applyService('shop');
    await applyService('cart');
    const rules = [{ backendRefs: [{ name: 'cart', port: 8080 }] }];
    await apply('shop', { rules });
    await settled('shop', 'GatewayReady', 'Programmed');
    await apply('cart', { expose: false });
    const found = await settled('shop', 'GatewayReady', 'BackendClosed');
    expect(conditionOf(found, 'GatewayReady')?.message).toContain(
      `pods of AppNetwork cart in namespace ${namespace}`,
    );
    await apply('cart', {
      expose: false,
      access: [{ namespace: GATEWAY_NAMESPACE, ports: [8080] }],
    });
    await settled('shop', 'GatewayReady', 'Programmed');
  });

  it('makes nothing in a namespace of the platform, and says so', async () => {
    await test.cluster.client.apply<AppNetwork>({
      apiVersion: API_VERSION,
      kind: 'AppNetwork',
      metadata: { name: 'misplaced', namespace: GATEWAY_NAMESPACE },
      spec: { selector: {} },
    });
    const ref = {
      ...appNetworkRef('misplaced'),
      namespace: GATEWAY_NAMESPACE,
    };
    await eventually('ReservedNamespace', async () => {
      const found = await read<AppNetwork>(ref);
      return (
        found &&
        conditionOf(found, 'PolicyReady')?.reason === 'ReservedNamespace'
      );
    });
    expect(
      await read({
        ...NETWORK_POLICY,
        namespace: GATEWAY_NAMESPACE,
        name: 'misplaced',
      }),
    ).toBeUndefined();
    await test.cluster.client.delete(ref);
  });

  it('removes what is no longer wanted, and only that', async () => {
    await applyService();
    await apply('shop');
    await settled('shop', 'GatewayReady', 'Programmed');
    await issue(`${namespace}.shop-tls`);
    await apply('shop', { expose: false });
    await settled('shop', 'GatewayReady', 'NotExposed');
    await eventually(
      'only policies left',
      async () =>
        (await owned('shop')).join() ===
        'AuthorizationPolicy shop,NetworkPolicy shop',
    );
    const found = await settled('shop', 'Ready', 'Ready');
    expect(found.status?.hostnames).toEqual([]);
  });

  it('leaves an object of somebody else with the same name alone, says so, and does the rest', async () => {
    const theirs = await test.cluster.client.apply<Anything>(
      {
        ...inNamespaceObject(GATEWAY, 'shop'),
        spec: {
          selector: { istio: 'theirs' },
          servers: [
            {
              hosts: ['a.example.com'],
              port: { name: 'http', number: 80, protocol: 'HTTP' },
            },
          ],
        },
      },
      { fieldManager: 'somebody' },
    );
    await applyService();
    await apply('shop');
    const found = await settled('shop', 'GatewayReady', 'NameTaken');
    expect(conditionOf(found, 'GatewayReady')?.message).toContain(
      `Gateway ${namespace}/shop is there already and was not made by App Network`,
    );
    expect(await read(inNamespace(GATEWAY, 'shop'))).toEqual(theirs);
    expect(
      await read(inNamespace(DESTINATION_RULE, 'shop.shop')),
    ).toBeDefined();
    await test.cluster.client.delete({
      ...appNetworkRef('shop'),
    });
    await eventually('gone', async () => !(await read(appNetworkRef('shop'))));
    expect(await read(inNamespace(GATEWAY, 'shop'))).toEqual(theirs);
  });

  it("never asks cert-manager to write into somebody else's Secret", async () => {
    const name = `${namespace}.shop-tls`;
    const theirs = await test.cluster.client.apply<KubernetesObject>(
      { ...SECRET, metadata: { name, namespace: GATEWAY_NAMESPACE } },
      { fieldManager: 'somebody' },
    );
    await applyService();
    await apply('shop');
    await settled('shop', 'CertificateReady', 'NameTaken');
    expect(await read(inGatewayNamespace(CERTIFICATE, name))).toBeUndefined();
    expect(await read(inNamespace(GATEWAY, 'shop'))).toBeUndefined();
    expect(await read(objectRef(theirs))).toEqual(theirs);
    await test.cluster.client.delete(objectRef(theirs));
  });

  it('leaves nothing behind when an AppNetwork is deleted, the Secret of the certificate included', async () => {
    await applyService();
    await apply('shop', { mesh: { permissivePorts: [9090] } });
    await settled('shop', 'GatewayReady', 'Programmed');
    await issue(`${namespace}.shop-tls`);
    expect(await owned('shop')).toContain(`Secret ${namespace}.shop-tls`);
    await test.cluster.client.delete(appNetworkRef('shop'));
    await eventually('gone', async () => !(await read(appNetworkRef('shop'))));
    expect(await owned('shop')).toEqual([]);
    expect(
      await read(inNamespace({ apiVersion: 'v1', kind: 'Service' }, 'shop')),
    ).toBeDefined();
  });

  it('deletes a Secret that was written while the AppNetwork went', async () => {
    await test.cluster.client.apply<KubernetesObject>({
      ...SECRET,
      metadata: {
        name: `${namespace}.late-tls`,
        namespace: GATEWAY_NAMESPACE,
        labels: {
          [MANAGED_BY_LABEL]: MANAGED_BY,
          [OWNER_LABEL]: `${namespace}.late`,
        },
      },
    });
    await eventually(
      'Secret gone',
      async () =>
        !(await read(inGatewayNamespace(SECRET, `${namespace}.late-tls`))),
    );
    expect(await owned('late')).toEqual([]);
  });

  it("follows the gateway's address with hostname, certificate and routes", async () => {
    await applyService();
    await apply('shop');
    await settled('shop', 'GatewayReady', 'Programmed');
    await setPlatformAddress('198.51.100.9');
    const hostname = `shop.${namespace}.default.198.51.100.9.nip.io`;
    try {
      await eventually('new hostname in the status', async () =>
        (
          await read<AppNetwork>(appNetworkRef('shop'))
        )?.status?.hostnames?.includes(hostname),
      );
      expect(
        (await read(inNamespace(VIRTUAL_SERVICE, 'shop')))?.spec?.hosts,
      ).toEqual([hostname]);
      expect(
        (await read(inGatewayNamespace(CERTIFICATE, `${namespace}.shop-tls`)))
          ?.spec?.dnsNames,
      ).toEqual([hostname]);
    } finally {
      await setPlatformAddress('203.0.113.7');
    }
  });

  it('serves a hostname for the first only, and for the second when the first gives it up', async () => {
    const hostnames = [`${namespace}.example.com`];
    await applyService();
    await apply('shop', { hostnames });
    await settled('shop', 'GatewayReady', 'Programmed');
    // Creation times have whole seconds, and within one the name decides; not over who serves it already.
    await apply('another', {
      hostnames,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'shop' } },
    });
    const second = await settled('another', 'GatewayReady', 'HostnameTaken');
    expect(conditionOf(second, 'GatewayReady')?.message).toContain(
      `belongs to AppNetwork shop in namespace ${namespace}`,
    );
    expect(await read(inNamespace(GATEWAY, 'another'))).toBeUndefined();

    await apply('shop', { hostnames: [`other-${namespace}.example.com`] });
    const now = await settled('another', 'GatewayReady', 'Programmed');
    expect(now.status?.hostnames).toEqual(hostnames);
    // Who had it serves it until the other one has a certificate.
    const before = await read(inNamespace(GATEWAY, 'shop'));
    expect(JSON.stringify(before?.spec)).toContain(`./${hostnames[0]}`);
    await reportIssued(`${namespace}.another-tls`);
    await settled('shop', 'GatewayReady', 'Programmed');
    const after = await read(inNamespace(GATEWAY, 'shop'));
    expect(JSON.stringify(after?.spec)).not.toContain(`./${hostnames[0]}`);
  });

  it('serves several AppNetworks at one hostname by the Gateway of the first, each at its own paths', async () => {
    const hostnames = [`${namespace}.example.com`];
    await Promise.all(['shop', 'cart'].map(name => applyService(name)));
    await apply('shop', { hostnames });
    await settled('shop', 'GatewayReady', 'Programmed');
    await apply('cart', { hostnames, rules: rulesFor('/cart') });
    const cart = await settled('cart', 'GatewayReady', 'Programmed');
    expect(cart.status).toMatchObject({
      hostnames,
      urls: [`https://${hostnames[0]}/cart`],
      sharedHostnames: [
        {
          hostname: hostnames[0],
          heldBy: 'shop',
          appNetworks: ['shop', 'cart'],
        },
      ],
      certificate: { secretName: `${namespace}.shop-tls` },
    });
    expect(conditionOf(cart, 'GatewayReady')?.message).toContain(
      'is served together with AppNetwork shop; shop has its Gateway',
    );
    expect(await destinations('shop')).toEqual(['cart', 'shop']);
    expect(await owned('cart')).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(Gateway|VirtualService|Certificate) /),
      ]),
    );

    await apply('cart', { hostnames, rules: rulesFor('/basket') });
    await eventually('the path of the other one follows', async () =>
      JSON.stringify(
        (
          await read(inNamespace(VIRTUAL_SERVICE, 'shop'))
        )?.spec,
      ).includes('/basket/'),
    );

    await test.cluster.client.delete(appNetworkRef('cart'));
    await eventually(
      'routes of the one that is deleted gone',
      async () => (await destinations('shop')).join() === 'shop',
    );
    await eventually('shared no longer', async () => {
      const shop = await read<AppNetwork>(appNetworkRef('shop'));
      return shop?.status?.sharedHostnames === undefined;
    });
  });

  it('has a hostname served without a gap when the AppNetwork that holds it is deleted', async () => {
    const shared = `${namespace}.example.com`;
    const own = `own-${namespace}.example.com`;
    await Promise.all(['shop', 'cart'].map(name => applyService(name)));
    await apply('shop', { hostnames: [shared] });
    await settled('shop', 'GatewayReady', 'Programmed');
    await apply('cart', { hostnames: [shared, own], rules: rulesFor('/cart') });
    await settled('cart', 'GatewayReady', 'Programmed');

    await test.cluster.client.delete(appNetworkRef('shop'));
    const going = await eventually('waiting for the next', async () => {
      const found = await read<AppNetwork>(appNetworkRef('shop'));
      return found && conditionOf(found, 'Ready')?.reason === 'HandingOver'
        ? found
        : undefined;
    });
    expect(conditionOf(going, 'Ready')?.message).toContain(
      `AppNetwork cart is to serve ${shared} next`,
    );
    expect(await read(inNamespace(GATEWAY, 'shop'))).toBeDefined();
    await eventually(
      'a server for the hostname alone',
      async () => (await secureServers('cart')).length === 2,
    );
    await reportIssued(`${namespace}.cart-tls`);
    await eventually('gone', async () => !(await read(appNetworkRef('shop'))));
    expect(await owned('shop')).toEqual([]);
    await eventually(
      'one server for all',
      async () => (await secureServers('cart')).length === 1,
    );
    expect(await secureServers('cart')).toEqual([[`./${own}`, `./${shared}`]]);
  });

  it('splits the VirtualService where one of two hostnames is shared, and joins it again', async () => {
    const [one, other] = [`a-${namespace}.com`, `b-${namespace}.com`];
    await Promise.all(['shop', 'cart'].map(name => applyService(name)));
    await apply('shop', { hostnames: [one, other] });
    await settled('shop', 'GatewayReady', 'Programmed');
    await apply('cart', { hostnames: [other], rules: rulesFor('/cart') });
    await settled('cart', 'GatewayReady', 'Programmed');
    const second = `shop.hostname.${other}`;
    expect(await destinations('shop')).toEqual(['shop']);
    expect(await destinations(second)).toEqual(['cart', 'shop']);
    await test.cluster.client.delete(appNetworkRef('cart'));
    await eventually(
      'the second gone',
      async () => !(await read(inNamespace(VIRTUAL_SERVICE, second))),
    );
    expect(
      (await read(inNamespace(VIRTUAL_SERVICE, 'shop')))?.spec?.hosts,
    ).toEqual([one, other]);
  });

  it('writes nothing when it looks at what is as it should be', async () => {
    await applyService();
    await apply('shop', { mesh: { permissivePorts: [9090] } });
    await settled('shop', 'GatewayReady', 'Programmed');
    const again = await connectToTestCluster();
    try {
      const informers = appNetworkInformers(again.cluster);
      const { issuance: _, ...all } = informers;
      for (const informer of Object.values(all).flat()) {
        await eventually(
          `${informer.kind.kind} listed`,
          () => informer.state === 'Synced',
        );
      }
      const before = await writes();
      // The log would be the wrong one if it didn't have what was written before.
      expect(before).not.toEqual([]);
      const reconciler = createAppNetworkReconciler({
        cluster: again.cluster,
        informers,
        names: { see: () => undefined, forget: () => {} },
        pods: createPodLooks(again.cluster.client),
      });
      for (let i = 0; i < 3; i++) {
        await reconciler.reconcile(`${namespace}/shop`, stop.signal);
      }
      expect(await writes()).toEqual(before);
    } finally {
      await again.close();
    }
  });

  it('tells which product is missing, and lets go of an AppNetwork all the same', async () => {
    const { client } = test.cluster;
    await applyService();
    await apply('shop');
    await settled('shop', 'GatewayReady', 'Programmed');
    const definitions = (await upstreamDefinitions()).filter(
      ({ metadata }) => metadata.name === 'virtualservices.networking.istio.io',
    );
    for (const definition of definitions) {
      await client.delete(objectRef(definition));
    }
    try {
      const found = await settled('shop', 'GatewayReady', 'IstioMissing');
      expect(conditionOf(found, 'GatewayReady')?.message).toContain(
        'Istio is not installed on this cluster: it has no kind VirtualService',
      );
      await client.delete(appNetworkRef('shop'));
      await eventually(
        'gone',
        async () => !(await read(appNetworkRef('shop'))),
      );
    } finally {
      for (const definition of definitions) {
        await eventually(
          'old definition gone',
          async () => !(await read(objectRef(definition))),
        );
      }
      await installCustomResourceDefinitions(client, definitions, stop.signal);
    }
    await apply('shop');
    await settled('shop', 'GatewayReady', 'Programmed');
  });

  it('renders what a real API server takes, field by field', async () => {
    const objects = renderCaseNames().flatMap(name => {
      const { appNetwork: given, facts, input } = readRenderCase(name);
      return render(given, facts, input).objects;
    });
    for (const object of objects) {
      const { metadata } = object;
      await test.cluster.client.apply(
        { ...object, metadata: { ...metadata, namespace } },
        { dryRun: true, fieldManager: 'dry-run' },
      );
    }
    expect(objects.length).toBeGreaterThan(100);
  });
});

function inNamespaceObject(kind: KindRef, name: string): KubernetesObject {
  return { ...kind, metadata: { name, namespace } };
}

function appNetworkRef(name: string): ObjectRef {
  return inNamespace({ apiVersion: API_VERSION, kind: 'AppNetwork' }, name);
}

/** The product's writes to objects of the test. Kubernetes' controllers write when they please. */
async function writes(): Promise<string[]> {
  const marker = `marker-${Date.now()}`;
  await test.cluster.client.apply<KubernetesObject>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: marker, namespace },
  });
  const isMarker = ({ requestURI }: AuditEvent) =>
    requestURI.includes('/configmaps/marker-');
  const events = await eventually('marker in the audit log', async () => {
    const found = await auditEvents(await testCluster(), namespace);
    return found.some(({ requestURI }) => requestURI.includes(marker)) && found;
  });
  return events
    .filter(event => isOwn(event) && !isMarker(event))
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}
