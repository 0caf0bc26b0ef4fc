import { expect, test } from '@playwright/test';
import { clusterCa, keepRequesting } from '../src/certificates.ts';
import {
  apply,
  describeObject,
  everythingLabelled,
  getObject,
  kubectl,
  localCluster,
  type KubernetesObject,
  type LocalCluster,
} from '../src/cluster.ts';
import {
  deleteNamespaces,
  meshedNamespace,
  pod,
  podsReady,
  service,
} from '../src/connections.ts';
import { getThroughGateway } from '../src/gateway.ts';
import {
  gatewayAddress,
  patchPlatform,
  platformCondition,
} from '../src/platform.ts';
import { CLUSTER_NAME } from '../src/portal.ts';
import { createIssuer } from '../src/tokens.ts';

const NAMESPACE = 'termination';
/** Namespaces that are deleted with all that is in them. */
const LEAVING = 'termination-leaving';
const LEAVING_TOO = 'termination-leaving-too';

/** Applications side by side: what becomes of the first must not concern the second. */
const SHOP = 'shop';
const NEIGHBOUR = 'neighbour';
/** A second backend of the shop's. */
const CART = 'cart';

const KEPT_HOST = 'kept.termination.example.com';
const REMOVED_HOST = 'removed.termination.example.com';
const NEIGHBOUR_HOST = 'neighbour.termination.example.com';
/** Where the shop calls. */
const OUTSIDE = 'api.termination.example.com';

const ISSUER = createIssuer('https://id.termination.example.com');

test.describe.configure({ mode: 'serial' });

test.describe('What an application becomes', () => {
  let cluster: LocalCluster;
  let gateway: { address: string; ca: string };
  let untouched: Record<string, string>;

  test.beforeAll(async () => {
    cluster = await localCluster(CLUSTER_NAME);
    gateway = {
      address: await gatewayAddress(cluster),
      ca: await clusterCa(cluster),
    };
    await apply(cluster, [meshedNamespace(NAMESPACE)]);
    await apply(cluster, [
      ...[SHOP, CART, NEIGHBOUR].flatMap(name => [
        pod(
          { namespace: NAMESPACE, name },
          {
            labels: { part: partOf(name) },
            serves: [8080],
          },
        ),
        serviceOfPart(NAMESPACE, name),
      ]),
      ...USERS_OWN,
      appNetwork(SHOP, WHOLE),
      appNetwork(NEIGHBOUR, simple(NEIGHBOUR, NEIGHBOUR_HOST)),
    ]);
    await podsReady(cluster, [NAMESPACE]);
    for (const name of [SHOP, NEIGHBOUR]) {
      await isReady(name);
    }
    await isServed(KEPT_HOST, '/hostname', SHOP);
    await isServed(REMOVED_HOST, '/hostName', CART);
    await isServed(NEIGHBOUR_HOST, '/hostname', NEIGHBOUR);
    untouched = await othersObjects();
  });

  test.afterAll(async () => {
    test.setTimeout(5 * 60_000);
    await kubectl(cluster, [
      ...['delete', 'appnetworks', '--all', '--namespace', NAMESPACE],
    ]);
    await kubectl(cluster, [
      ...['delete', 'secret', GATEWAY_SECRET, '--namespace', 'istio-system'],
      '--ignore-not-found',
    ]);
    await deleteNamespaces(cluster, [NAMESPACE, LEAVING, LEAVING_TOO]);
  });

  const condition = async (name: string, type: string, of = NAMESPACE) => {
    const { metadata, status } = await getObject<{
      metadata: { generation: number };
      status?: {
        conditions?: {
          type: string;
          status: string;
          reason: string;
          message: string;
          observedGeneration?: number;
        }[];
      };
    }>(cluster, 'appnetwork', name, of);
    return status?.conditions?.find(
      candidate =>
        candidate.type === type &&
        candidate.observedGeneration === metadata.generation,
    );
  };
  const isReady = (name: string, of = NAMESPACE) =>
    expect
      .poll(
        async () => {
          const ready = await condition(name, 'Ready', of);
          return ready?.status === 'True' ? 'Ready' : ready?.message;
        },
        { timeout: 120_000 },
      )
      .toBe('Ready');
  const answer = (host: string, path: string) =>
    getThroughGateway(`https://${host}${path}`, gateway).then(
      ({ status, body, certificateNames }) => ({
        status,
        body,
        certificateNames,
      }),
      error => ({ status: 0, body: String(error), certificateNames: '' }),
    );
  const isServed = (host: string, path: string, body: string) =>
    expect
      .poll(() => answer(host, path), { timeout: 60_000 })
      .toMatchObject({ status: 200, body });
  /** No certificate, no connection, or nothing there. */
  const isNotServed = (host: string) =>
    expect
      .poll(async () => (await answer(host, '/hostname')).status, {
        timeout: 30_000,
      })
      .not.toBe(200);

  /** Everything that is labelled as an application's, with its version. */
  const objectsOf = async (
    name: string,
    of = NAMESPACE,
  ): Promise<Record<string, string>> =>
    versions(
      await everythingLabelled(cluster, `app-network.io/owner=${of}.${name}`),
    );
  /** What belongs to others: the neighbour's objects, the neighbour itself, and what users have made by hand. */
  const othersObjects = async () => {
    const read = await Promise.all([
      getObject<KubernetesObject>(cluster, 'appnetwork', NEIGHBOUR, NAMESPACE),
      ...USERS_OWN.map(({ kind, apiVersion, metadata }) =>
        getObject<KubernetesObject>(
          cluster,
          resourceOf(apiVersion, kind),
          metadata.name,
          metadata.namespace,
        ),
      ),
    ]);
    return { ...versions(read), ...(await objectsOf(NEIGHBOUR)) };
  };
  const nothingElseHasChanged = async () =>
    expect(await othersObjects()).toEqual(untouched);
  const change = async (spec: object) => {
    await kubectl(
      cluster,
      ['replace', '--filename', '-'],
      JSON.stringify(appNetwork(SHOP, spec)),
    );
    await isReady(SHOP);
  };
  const took = (what: string, since: number) =>
    test.info().annotations.push({
      type: what,
      description: `after ${((Date.now() - since) / 1000).toFixed(1)} s`,
    });

  test('is of eleven kinds, in its namespace and in the gateway’s, and told in its status', async () => {
    expect(settled(await objectsOf(SHOP))).toEqual(OF_THE_WHOLE);
    const { status } = await getObject<{
      status: {
        resources: { kind: string; namespace: string; name: string }[];
      };
    }>(cluster, 'appnetwork', SHOP, NAMESPACE);
    const told = status.resources.map(
      ({ kind, namespace: of, name }) => `${kind} ${of}/${name}`,
    );
    // The Secret is what cert-manager has made of the Certificate.
    expect(told.sort()).toEqual(
      OF_THE_WHOLE.filter(object => !object.startsWith('Secret')),
    );
  });

  test('loses a hostname that is removed: certificate and routes; the other hostname never misses a request', async () => {
    const before = await objectsOf(SHOP);
    const requests = keepRequesting(`https://${KEPT_HOST}/`, gateway);
    const since = Date.now();
    let seen;
    try {
      await change({ ...WHOLE, hostnames: [KEPT_HOST] });
      await isNotServed(REMOVED_HOST);
      took('removed hostname is refused', since);
      await expect
        .poll(
          async () => (await answer(KEPT_HOST, '/hostname')).certificateNames,
          { timeout: 60_000 },
        )
        .toBe(`DNS:${KEPT_HOST}`);
      took('certificate without it is served', since);
    } finally {
      seen = await requests.end();
    }
    expect(seen.failures).toEqual([]);
    expect(seen.answers).toBeGreaterThan(0);
    expect(settled(await objectsOf(SHOP))).toEqual(settled(before));
    await nothingElseHasChanged();
  });

  test('loses the DestinationRule of a rule that is removed, and keeps those of the others as they are', async () => {
    const before = await objectsOf(SHOP);
    const [cart, shop] = [CART, SHOP].map(
      name => `DestinationRule ${NAMESPACE}/${SHOP}.${name}`,
    );
    expect(Object.keys(before)).toEqual(expect.arrayContaining([cart, shop]));
    const [, ...rules] = WHOLE.rules;
    await change({ ...WHOLE, hostnames: [KEPT_HOST], rules });
    await isServed(KEPT_HOST, '/hostname', SHOP);
    await expect
      .poll(async () => (await answer(KEPT_HOST, '/hostName')).body)
      .not.toBe(CART);
    const after = await objectsOf(SHOP);
    const { [cart ?? '']: removed, ...kept } = before;
    expect(removed).toBeDefined();
    expect(Object.keys(after).sort()).toEqual(Object.keys(kept).sort());
    for (const same of [
      shop ?? '',
      `Certificate istio-system/${NAMESPACE}-${SHOP}-tls`,
      `Secret istio-system/${NAMESPACE}-${SHOP}-tls`,
      `NetworkPolicy ${NAMESPACE}/${SHOP}`,
    ]) {
      expect([same, after[same]]).toEqual([same, kept[same]]);
    }
    await nothingElseHasChanged();
  });

  test('loses what tokens, egress and permissive ports have made, with them', async () => {
    await change(simple(SHOP, KEPT_HOST));
    expect(settled(await objectsOf(SHOP))).toEqual(OF_THE_SIMPLE);
    await isServed(KEPT_HOST, '/hostname', SHOP);
    await nothingElseHasChanged();
  });

  test('is its policies alone while it is not exposed, and all again after', async () => {
    await change({ expose: false });
    await isNotServed(KEPT_HOST);
    expect(settled(await objectsOf(SHOP))).toEqual([
      `AuthorizationPolicy ${NAMESPACE}/${SHOP}`,
      `NetworkPolicy ${NAMESPACE}/${SHOP}`,
    ]);
    await isServed(NEIGHBOUR_HOST, '/hostname', NEIGHBOUR);
    await nothingElseHasChanged();

    const since = Date.now();
    await change(simple(SHOP, KEPT_HOST));
    await isServed(KEPT_HOST, '/hostname', SHOP);
    took('exposed again, first good answer', since);
    expect(settled(await objectsOf(SHOP))).toEqual(OF_THE_SIMPLE);
  });

  test('stays, with the reason in its status, while something refuses its deletion, and goes when that does', async () => {
    await apply(cluster, [REFUSES_DELETIONS]);
    let since;
    try {
      await kubectl(cluster, [
        ...['delete', 'appnetwork', SHOP, '--namespace', NAMESPACE],
        '--wait=false',
      ]);
      await expect
        .poll(() => condition(SHOP, 'Ready'), { timeout: 60_000 })
        .toMatchObject({
          status: 'False',
          reason: 'DeletionFailed',
          message: expect.stringMatching(
            /Gateway termination\/shop.*refuses-deletions\.example\.com/,
          ),
        });
      // All else is gone but the Gateway's routes, which go after it.
      await expect
        .poll(async () => settled(await objectsOf(SHOP)))
        .toEqual(
          ['Gateway', 'VirtualService'].map(
            kind => `${kind} ${NAMESPACE}/${SHOP}`,
          ),
        );
    } finally {
      await kubectl(cluster, [
        ...['delete', 'validatingwebhookconfiguration'],
        REFUSES_DELETIONS.metadata.name,
      ]);
      since = Date.now();
    }
    await kubectl(cluster, [
      ...['wait', `appnetwork/${SHOP}`, '--namespace', NAMESPACE],
      ...['--for=delete', '--timeout=2m'],
    ]);
    took('goes when nothing refuses any more', since);
    expect(await objectsOf(SHOP)).toEqual({});
    await nothingElseHasChanged();
  });

  test('goes with it, all of it and nothing else', async () => {
    await apply(cluster, [appNetwork(SHOP, WHOLE)]);
    await isReady(SHOP);
    await isServed(KEPT_HOST, '/hostname', SHOP);
    const since = Date.now();
    await kubectl(cluster, [
      ...['delete', 'appnetwork', SHOP, '--namespace', NAMESPACE],
      '--timeout=1m',
    ]);
    took('deleted', since);
    expect(await objectsOf(SHOP)).toEqual({});
    for (const host of [KEPT_HOST, REMOVED_HOST]) {
      await isNotServed(host);
    }
    await isServed(NEIGHBOUR_HOST, '/hostname', NEIGHBOUR);
    await nothingElseHasChanged();
  });

  test('goes with its namespace, from the gateway’s too', async () => {
    await deploysInto(LEAVING);
    await isReady(SHOP, LEAVING);
    expect(Object.keys(await objectsOf(SHOP, LEAVING))).toContainEqual(
      expect.stringMatching(/^Secret istio-system\//),
    );
    await leaves(LEAVING);
    await isServed(NEIGHBOUR_HOST, '/hostname', NEIGHBOUR);
    await nothingElseHasChanged();
  });

  test('goes with its namespace while neither istiod nor cert-manager answers', async () => {
    test.setTimeout(10 * 60_000);
    await deploysInto(LEAVING_TOO);
    await isReady(SHOP, LEAVING_TOO);
    const restore = await patchPlatform(cluster, {
      // Otherwise what is broken here would be put right.
      driftPolicy: 'Report',
    });
    const scale = async (replicas: number) => {
      for (const [of, name] of [
        ['istio-system', 'istiod'],
        ['cert-manager', 'cert-manager'],
        ['cert-manager', 'cert-manager-webhook'],
      ] as const) {
        await kubectl(cluster, [
          ...['scale', 'deployment', name, '--namespace', of],
          `--replicas=${replicas}`,
        ]);
      }
    };
    try {
      await scale(0);
      await expect
        .poll(
          () =>
            apply(cluster, [
              {
                apiVersion: 'networking.istio.io/v1',
                kind: 'Gateway',
                metadata: { namespace: NAMESPACE, name: 'probe' },
                spec: { servers: [] },
              },
            ]).catch(String),
          { timeout: 60_000 },
        )
        .toContain('failed calling webhook');
      await leaves(LEAVING_TOO);
    } finally {
      await scale(1);
      await restore();
      await expect
        .poll(() => platformCondition(cluster, 'Ready'), {
          timeout: 3 * 60_000,
        })
        .toMatchObject({ status: 'True' });
    }
    await isServed(NEIGHBOUR_HOST, '/hostname', NEIGHBOUR);
    await nothingElseHasChanged();
  });

  const deploysInto = (leaving: string) =>
    apply(cluster, [
      meshedNamespace(leaving),
      pod(
        { namespace: leaving, name: SHOP },
        { labels: { part: SHOP }, serves: [8080] },
      ),
      serviceOfPart(leaving, SHOP),
      {
        ...appNetwork(SHOP, {
          ...WHOLE,
          hostnames: [`${leaving}.example.com`],
          rules: WHOLE.rules.slice(1),
        }),
        metadata: { namespace: leaving, name: SHOP },
      },
    ]);
  const leaves = async (leaving: string) => {
    const since = Date.now();
    await kubectl(cluster, [
      ...['delete', 'namespace', leaving, '--timeout=2m'],
    ]);
    took('namespace is gone', since);
    await expect
      .poll(() => objectsOf(SHOP, leaving), { timeout: 30_000 })
      .toEqual({});
  };
});

const WHOLE = {
  hostnames: [KEPT_HOST, REMOVED_HOST],
  rules: [
    {
      matches: [{ path: { value: '/hostName' } }],
      backendRefs: [{ name: CART }],
      sessionPersistence: { sessionName: 'cart' },
    },
    {
      matches: [{ path: { value: '/admin' } }],
      backendRefs: [{ name: SHOP }],
      authentication: [{ requestPrincipals: [`${ISSUER.issuer}/*`] }],
    },
    { backendRefs: [{ name: SHOP }] },
  ],
  jwtRules: [{ issuer: ISSUER.issuer, jwks: ISSUER.jwks }],
  mesh: { permissivePorts: [9090] },
  access: [{ namespace: 'default' }],
  egress: [{ host: OUTSIDE, port: 443, protocol: 'TLS' }],
};

/** A hostname, and a Service behind it. */
function simple(name: string, hostname: string) {
  return { hostnames: [hostname], rules: [{ backendRefs: [{ name }] }] };
}

const OF_THE_SIMPLE = [
  `AuthorizationPolicy ${NAMESPACE}/${SHOP}`,
  `Certificate istio-system/${NAMESPACE}-${SHOP}-tls`,
  `DestinationRule ${NAMESPACE}/${SHOP}.${SHOP}`,
  `Gateway ${NAMESPACE}/${SHOP}`,
  `NetworkPolicy ${NAMESPACE}/${SHOP}`,
  `Secret istio-system/${NAMESPACE}-${SHOP}-tls`,
  `VirtualService ${NAMESPACE}/${SHOP}`,
];

const OF_THE_WHOLE = [
  ...OF_THE_SIMPLE,
  `AuthorizationPolicy istio-system/${NAMESPACE}-${SHOP}-jwt`,
  `DestinationRule ${NAMESPACE}/${SHOP}.${CART}`,
  `EnvoyFilter istio-system/${NAMESPACE}-${SHOP}-jwt`,
  `PeerAuthentication ${NAMESPACE}/${SHOP}`,
  `RequestAuthentication istio-system/${NAMESPACE}-${SHOP}-jwt`,
  `ServiceEntry ${NAMESPACE}/${SHOP}.egress.${OUTSIDE}`,
].sort();

/** In the gateway's namespace, and named much like what is made there. */
const GATEWAY_SECRET = `${NAMESPACE}-${SHOP}-tls-own`;

/** What users have made by hand, beside the application and with names like its. */
const USERS_OWN: KubernetesObject[] = [
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { namespace: NAMESPACE, name: 'own' },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [
        {
          port: { name: 'http', number: 8081, protocol: 'HTTP' },
          hosts: [KEPT_HOST],
        },
      ],
    },
  },
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      namespace: NAMESPACE,
      name: `${SHOP}-own`,
      labels: { app: SHOP, part: SHOP },
    },
    spec: {
      hosts: [KEPT_HOST],
      gateways: ['own'],
      http: [{ route: [{ destination: { host: SHOP } }] }],
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: NAMESPACE, name: `${SHOP}.own` },
    spec: {
      podSelector: { matchLabels: { part: 'none-of-these' } },
      policyTypes: ['Ingress'],
    },
  },
  ...[
    { namespace: NAMESPACE, name: `${SHOP}-tls` },
    { namespace: 'istio-system', name: GATEWAY_SECRET },
  ].map(metadata => ({ apiVersion: 'v1', kind: 'Secret', metadata })),
  serviceOfPart(NAMESPACE, SHOP),
];

/** A policy of somebody's that can't be asked whether a Gateway may go, which then may not. */
const REFUSES_DELETIONS: KubernetesObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'termination-refuses-deletions' },
  webhooks: [
    {
      name: 'refuses-deletions.example.com',
      clientConfig: { service: { namespace: NAMESPACE, name: 'nobody' } },
      rules: [
        {
          apiGroups: ['networking.istio.io'],
          apiVersions: ['*'],
          resources: ['gateways'],
          operations: ['DELETE'],
        },
      ],
      namespaceSelector: {
        matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE },
      },
      failurePolicy: 'Fail',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    },
  ],
} as KubernetesObject;

/** Names of objects without those that cert-manager makes on the way to a certificate and forgets. */
function settled(objects: Record<string, string>): string[] {
  return Object.keys(objects)
    .filter(object => !/^(CertificateRequest|Order) /.test(object))
    .sort();
}

function versions(objects: KubernetesObject[]): Record<string, string> {
  return Object.fromEntries(
    objects.map(object => [
      describeObject(object),
      (object.metadata as { resourceVersion?: string }).resourceVersion ?? '',
    ]),
  );
}

/** As kubectl takes it, where several groups have a kind of the name. */
function resourceOf(apiVersion: string, kind: string): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${kind.toLocaleLowerCase('en-US')}${group}`;
}

/** Whose pods those of a Service are: an application's selector has this label. */
function partOf(name: string): string {
  return name === NEIGHBOUR ? NEIGHBOUR : SHOP;
}

function serviceOfPart(inNamespace: string, name: string): KubernetesObject {
  const made = service({ namespace: inNamespace, name });
  return {
    ...made,
    spec: {
      ...(made.spec as object),
      selector: { app: name, part: partOf(name) },
    },
  };
}

function appNetwork(name: string, spec: object): KubernetesObject {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { namespace: NAMESPACE, name },
    spec: { selector: { matchLabels: { part: name } }, ...spec },
  };
}
