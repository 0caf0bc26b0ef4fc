/**
 * A change of one AppNetwork among many, from its write until every object is as it should be and the status says so, against the bare writes
 * of the same: the AppNetwork and the objects that change, by server-side apply over connections that are kept, the objects at the same time
 * as App Network writes them. Both in turns, on one cluster.
 *
 *   npm start                                   in another terminal
 *   npm run bench:change                        or `npm run bench:change -- ROUNDS NETWORKS`; APP_NETWORK_CLUSTER names another local cluster;
 *                                               with --keep the AppNetworks stay, for another run
 *
 * The bare writes are of copies that App Network does not know: the AppNetwork of a kind of its own, so that nobody is asked for
 * admission and no status is written. Theirs end with the last answer; App Network's with the last event of a watch.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  everythingLabelled,
  kubectl,
  localCluster,
  type KubernetesObject,
} from '../packages/end-to-end/src/cluster.ts';
import { collectionPath, connect } from './apiServer.ts';
import { applied } from './applied.ts';

const LIMIT = 2;
const NAMESPACES = 20;
const API_VERSION = 'app-network.io/v1alpha1';
const COPIED = 'bench.app-network.io';

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'boolean', default: false } },
});
const rounds = Number(positionals[0] ?? 15);
const networks = Number(positionals[1] ?? 1000);
const cluster = await localCluster(
  process.env.APP_NETWORK_CLUSTER ?? 'app-network',
);
const apiServer = await connect(cluster);

interface AppNetwork extends KubernetesObject {
  metadata: KubernetesObject['metadata'] & { generation?: number };
  status?: {
    observedGeneration?: number;
    conditions?: { type: string; status: string }[];
  };
}

/** The one that is changed. */
const SUBJECT = place(Math.floor(networks / 2));
/** A name as long as the other, which stands where that does. */
const COPY = SUBJECT.name.replace('app', 'cpy');

/** What it is changed between: hostnames, routes, ports and callers, and with them the greater part of its objects. */
const SPECS = [
  spec(SUBJECT.name, ['shop'], 1),
  spec(SUBJECT.name, ['shop', 'cart'], 2),
] as const;

/** Milliseconds. */
const timings = {
  'AppNetwork written': [] as number[],
  'first object changed': [] as number[],
  'last object changed': [] as number[],
  'status written': [] as number[],
  'bare AppNetwork written': [] as number[],
  'bare objects written': [] as number[],
};

try {
  await deploy();
  await settled();
  await measureAll();
  report();
} finally {
  apiServer.close();
  if (!options.keep) {
    await remove();
  }
}

function place(index: number): { name: string; namespace: string } {
  return {
    name: `app${String(index).padStart(4, '0')}`,
    namespace: `bench-${index % NAMESPACES}`,
  };
}

/** An AppNetwork's spec with some hostnames, and with one route, port and caller or more. */
function spec(name: string, hostnames: string[], count: 1 | 2): object {
  const rules = [
    { backendRefs: [{ name, port: 8080 }] },
    {
      matches: [{ path: { value: '/cart' } }],
      backendRefs: [{ name, port: 9090 }],
      timeouts: { request: '10s' },
    },
  ];
  const access = [
    { namespace: 'callers', ports: [8080] },
    { namespace: 'others', serviceAccount: 'cart', ports: [9090] },
  ];
  return {
    hostnames: hostnames.map(hostname => `${hostname}.${name}.example.com`),
    rules: rules.slice(0, count),
    access: access.slice(0, count),
  };
}

function appNetwork(
  { name, namespace }: { name: string; namespace: string },
  content: object,
): AppNetwork {
  return {
    apiVersion: API_VERSION,
    kind: 'AppNetwork',
    metadata: { name, namespace },
    spec: content,
  };
}

/** Many AppNetworks, each with a Service and a Deployment that has no pods: they are no concern of this. */
async function deploy(): Promise<void> {
  for (let index = 0; index < NAMESPACES; index++) {
    await apiServer.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: `bench-${index}`,
        labels: { [`${COPIED}/part`]: 'many' },
      },
    });
  }
  const indexes = Array.from(
    { length: networks },
    (_, index) => index,
  ).values();
  const writer = async () => {
    for (const index of indexes) {
      const { name, namespace } = place(index);
      const labels = { 'app.kubernetes.io/name': name };
      await apiServer.apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace },
        spec: {
          replicas: 0,
          paused: true,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: 'web', image: 'none' }] },
          },
        },
      });
      await apiServer.apply({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace },
        spec: {
          selector: labels,
          ports: [
            { name: 'http', port: 8080 },
            { name: 'http-cart', port: 9090 },
          ],
        },
      });
      await apiServer.apply(appNetwork(place(index), spec(name, ['shop'], 1)));
    }
  };
  await Promise.all(Array.from({ length: 8 }, writer));
}

/** Until all of them are served. */
async function settled(): Promise<void> {
  for (;;) {
    const { items } = await apiServer.get<{ items: AppNetwork[] }>(
      collectionPath({ apiVersion: API_VERSION, kind: 'AppNetwork' }),
    );
    const open = items.filter(item => !isReady(item)).length;
    process.stderr.write(`${items.length - open} of ${items.length} ready\n`);
    if (open === 0) {
      return;
    }
    await sleep(5_000);
  }
}

function isReady({ metadata, status }: AppNetwork): boolean {
  return (
    status?.observedGeneration === metadata.generation &&
    status?.conditions?.some(
      ({ type, status: value }) => type === 'Ready' && value === 'True',
    ) === true
  );
}

/** What is there of something, as a watch has last told it, with when that was. */
interface Seen {
  objects: Map<string, { json: string; at: number; object: KubernetesObject }>;
  /** Resolves when it holds, which is looked at after every event. */
  until(holds: () => boolean): Promise<void>;
}

function follow(kinds: readonly KubernetesObject[], selector: string): Seen {
  const objects: Seen['objects'] = new Map();
  const waiting = new Set<() => void>();
  for (const kind of kinds) {
    const { apiVersion } = kind;
    apiServer.watch(
      { apiVersion, kind: kind.kind },
      selector,
      (object, type) => {
        if (type === 'DELETED') {
          objects.delete(key(object));
        } else {
          objects.set(key(object), {
            json: JSON.stringify(applied(object)),
            at: performance.now(),
            object,
          });
        }
        waiting.forEach(check => check());
      },
    );
  }
  return {
    objects,
    until: holds =>
      new Promise(resolve => {
        const check = () => {
          if (holds()) {
            waiting.delete(check);
            resolve();
          }
        };
        waiting.add(check);
        check();
      }),
  };
}

function key({
  kind,
  metadata: { namespace, name },
}: KubernetesObject): string {
  return `${kind} ${namespace}/${name}`;
}

/** A copy that App Network does not know. */
function copyOf(json: string): KubernetesObject {
  return JSON.parse(
    json
      .replaceAll(SUBJECT.name, COPY)
      .replaceAll('app-network.io/', `${COPIED}/`)
      .replaceAll('managed-by":"app-network"', 'managed-by":"bench"'),
  ) as KubernetesObject;
}

async function measureAll(): Promise<void> {
  await defineCopy();
  const label = `${SUBJECT.namespace}.${SUBJECT.name}`;
  const owned = (
    await everythingLabelled(cluster, `app-network.io/owner=${label}`)
  ).filter(({ kind }) => !/^(Secret|CertificateRequest)$/.test(kind));
  const kinds = [
    ...new Map(owned.map(object => [object.kind, object])).values(),
  ];
  const ours = follow(kinds, `app-network.io/owner=${label}`);
  const copies = follow(kinds, `${COPIED}/owner=${SUBJECT.namespace}.${COPY}`);
  const subject = follow([appNetwork(SUBJECT, {})], `${COPIED}/part=subject`);
  const written = (content: object) =>
    apiServer.apply<AppNetwork>({
      ...appNetwork(SUBJECT, content),
      metadata: { ...SUBJECT, labels: { [`${COPIED}/part`]: 'subject' } },
    });
  const isObserved = (generation: number | undefined) =>
    [...subject.objects.values()].some(
      ({ object }) =>
        (object as AppNetwork).status?.observedGeneration === generation,
    );
  /** Until certificates are issued, names are looked up, and all is told. */
  const quiet = async () => {
    await subject.until(() =>
      [...subject.objects.values()].some(({ object }) =>
        isReady(object as AppNetwork),
      ),
    );
    const all = [ours, copies, subject];
    const last = () =>
      Math.max(
        ...all.flatMap(({ objects }) =>
          [...objects.values()].map(({ at }) => at),
        ),
      );
    while (performance.now() - last() < 2_000) {
      await sleep(200);
    }
  };

  /** What they are like, in each of the two states. */
  const states: Map<string, string>[] = [];
  for (const content of SPECS) {
    const { metadata } = await written(content);
    await subject.until(() => isObserved(metadata.generation));
    await quiet();
    states.push(
      new Map([...ours.objects].map(([name, { json }]) => [name, json])),
    );
  }
  const changed = [...(states[0]?.keys() ?? [])].filter(
    name => states[0]?.get(name) !== states[1]?.get(name),
  );
  process.stdout.write(
    `${networks} AppNetworks; a change of ${label} changes ${changed.join(
      ', ',
    )}\n`,
  );

  const throughAppNetwork = async (state: 0 | 1, counts: boolean) => {
    const times = new Map<string, number>();
    const wanted = states[state];
    const start = performance.now();
    const { metadata } = await written(SPECS[state]);
    const writtenAfter = performance.now() - start;
    let statusAfter = 0;
    await Promise.all([
      ours.until(() => {
        for (const name of changed) {
          const seen = ours.objects.get(name);
          if (!times.has(name) && seen && seen.json === wanted?.get(name)) {
            times.set(name, seen.at - start);
          }
        }
        return times.size === changed.length;
      }),
      subject
        .until(() => isObserved(metadata.generation))
        .then(() => {
          statusAfter = performance.now() - start;
        }),
    ]);
    if (counts) {
      timings['AppNetwork written'].push(writtenAfter);
      timings['first object changed'].push(Math.min(...times.values()));
      timings['last object changed'].push(Math.max(...times.values()));
      timings['status written'].push(statusAfter);
    }
  };
  const bare = async (state: 0 | 1, counts: boolean) => {
    const network = copyOf(JSON.stringify(appNetwork(SUBJECT, SPECS[state])));
    const objects = changed.map(name => copyOf(states[state]?.get(name) ?? ''));
    const start = performance.now();
    await apiServer.apply(network);
    const networkAfter = performance.now() - start;
    await Promise.all(objects.map(object => apiServer.apply(object)));
    const objectsAfter = performance.now() - start;
    if (counts) {
      timings['bare AppNetwork written'].push(networkAfter);
      timings['bare objects written'].push(objectsAfter);
    }
  };

  // The first two of each make the copies and warm caches, and are not counted.
  for (let round = -2; round < rounds; round++) {
    const state = round % 2 === 0 ? 0 : 1;
    const turns = [throughAppNetwork, bare];
    for (const turn of round % 4 < 2 ? turns : turns.reverse()) {
      await turn(state, round >= 0);
      await quiet();
    }
  }
}

/** The kind of the copy: the same schema, and nobody who follows it. */
async function defineCopy(): Promise<void> {
  const { spec: definition } = await apiServer.get<{
    spec: { names: object };
  }>(
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/appnetworks.app-network.io',
  );
  await apiServer.apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `appnetworks.${COPIED}` },
    spec: {
      ...definition,
      group: COPIED,
      names: { kind: 'AppNetwork', plural: 'appnetworks' },
    },
  });
  await kubectl(cluster, [
    ...['wait', 'crd', `appnetworks.${COPIED}`],
    ...['--for=condition=Established', '--timeout=1m'],
  ]);
}

async function remove(): Promise<void> {
  await kubectl(cluster, [
    ...['delete', 'namespace', '--wait=false', '--selector', `${COPIED}/part`],
  ]);
  // Copies in the gateway's namespace, and the kind.
  await kubectl(cluster, [
    ...['delete', 'certificates,secrets', '--namespace', 'istio-system'],
    ...['--selector', `${COPIED}/owner`],
  ]);
  await kubectl(cluster, ['delete', 'crd', `appnetworks.${COPIED}`]);
}

function report(): void {
  const median = (list: number[]) =>
    [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
  for (const [what, list] of Object.entries(timings)) {
    process.stdout.write(
      `${what}: median ${median(list).toFixed(1)} ms of ${list
        .map(time => time.toFixed(0))
        .join(', ')}\n`,
    );
  }
  const ratio = (list: number[]) =>
    (median(list) / median(timings['bare objects written'])).toFixed(2);
  process.stdout.write(
    `ratio: ${ratio(
      timings['last object changed'].map((time, round) =>
        Math.max(time, timings['status written'][round] ?? 0),
      ),
    )} (limit ${LIMIT}); without the status ${ratio(
      timings['last object changed'],
    )}\n`,
  );
}
