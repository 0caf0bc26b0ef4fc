/**
 * From nothing to a whole platform (development profile, and an egress gateway): a NetworkPlatform that the running portal installs, against
 * `helm install --wait` of the very same charts and values one after the other, in turns, on one cluster. App Network's time ends when the
 * platform is Ready, its issuer and policies included, which Helm makes nothing of. Before each the cluster has neither the namespaces nor the kinds; images
 * are in the node.
 *
 *   npm start                                   in another terminal; the platform of its cluster is taken away, and put back at the end
 *   npm run bench:installation                  or with `-- ROUNDS`; APP_NETWORK_CLUSTER names another local cluster
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import {
  apply,
  getObject,
  kubectl,
  localCluster,
} from '../packages/end-to-end/src/cluster.ts';

const LIMIT = 0.7;
const run = promisify(execFile);

/** API groups of the kinds that the charts bring. */
const KINDS = /\.(istio|cert-manager)\.io$/;

interface Platform {
  metadata: { name: string; generation: number };
  spec: {
    components: {
      certManager: { chart: { path: string } };
      istio: {
        charts: Record<'base' | 'istiod' | 'gateway', { path: string }>;
        ingressGateway: object;
        egressGateway: object;
      };
    };
  };
  status?: {
    components?: {
      release: string;
      namespace: string;
      chart: string;
      state: string;
      message?: string;
    }[];
    conditions?: {
      type: string;
      status: string;
      message: string;
      observedGeneration?: number;
    }[];
  };
}

/** A release as App Network has installed it, for Helm to install as well. */
interface Release {
  release: string;
  namespace: string;
  chart: string;
  values: string;
}

const rounds = Number(process.argv[2] ?? 5);
const cluster = await localCluster(
  process.env.APP_NETWORK_CLUSTER ?? 'app-network',
);
const standard = parse(
  await readFile(cluster.networkPlatform ?? '', 'utf8'),
) as Platform;
const whole = withEgressGateway(standard);
const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
const seconds: Record<'app-network' | 'helm', number[]> = {
  'app-network': [],
  helm: [],
};

try {
  await clear([]);
  // Warms caches, and tells what Helm is to install; not counted.
  await throughAppNetwork();
  const releases = await installedReleases();
  await clear(releases);
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => seconds['app-network'].push(await throughAppNetwork()),
      async () => seconds.helm.push(await throughHelm(releases)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) {
      await turn();
      await clear(releases);
    }
    process.stdout.write(
      `round ${round + 1}: App Network ${seconds['app-network'].at(
        -1,
      )} s, Helm ${seconds.helm.at(-1)} s\n`,
    );
  }
  report();
} finally {
  await rm(folder, { recursive: true, force: true });
  await apply(cluster, [standard]);
}

/** Applies the platform, and waits until it is Ready. Returns the seconds. */
async function throughAppNetwork(): Promise<number> {
  const started = performance.now();
  await apply(cluster, [whole]);
  const deadline = Date.now() + 300_000;
  for (;;) {
    const { metadata, status } = await platform();
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (
      ready?.status === 'True' &&
      ready.observedGeneration === metadata.generation
    ) {
      return secondsSince(started);
    }
    if (Date.now() > deadline) {
      throw new Error(
        `The platform is not ready after five minutes: ${ready?.message}`,
      );
    }
    await sleep(100);
  }
}

/** Installs the releases one after the other. Returns the seconds. */
async function throughHelm(releases: Release[]): Promise<number> {
  const started = performance.now();
  for (const { release, namespace, chart, values } of releases) {
    await helm('install', release, chart, [
      ...['--namespace', namespace, '--create-namespace'],
      ...['--values', values, '--wait', '--timeout', '5m'],
    ]);
  }
  return secondsSince(started);
}

/** The releases that are there, each after those it needs. */
async function installedReleases(): Promise<Release[]> {
  const { spec, status } = await platform();
  const { certManager, istio } = spec.components;
  const charts: Record<string, string | undefined> = {
    'cert-manager': certManager.chart.path,
    base: istio.charts.base.path,
    istiod: istio.charts.istiod.path,
    gateway: istio.charts.gateway.path,
  };
  const ready = (status?.components ?? []).filter(
    ({ state }) => state === 'Ready',
  );
  return Promise.all(
    ready.map(async ({ release, namespace, chart }) => {
      const values = path.join(folder, `${release}.yaml`);
      const { stdout } = await run(cluster.helm, [
        ...['--kubeconfig', cluster.kubeconfig, '--namespace', namespace],
        ...['get', 'values', release, '--output', 'yaml'],
      ]);
      await writeFile(values, stdout);
      return { release, namespace, chart: charts[chart] ?? chart, values };
    }),
  );
}

/** Takes everything away, whoever made it. */
async function clear(releases: Release[]): Promise<void> {
  await kubectl(cluster, [
    ...['delete', 'networkplatform', 'default', '--ignore-not-found'],
    '--timeout=5m',
  ]);
  for (const { release, namespace } of [...releases].reverse()) {
    await helm('uninstall', release, undefined, [
      ...['--namespace', namespace, '--ignore-not-found', '--wait'],
    ]);
  }
  const definitions = (
    await kubectl(cluster, [
      ...['get', 'customresourcedefinitions', '--output', 'name'],
    ])
  )
    .split('\n')
    .filter(name => KINDS.test(name));
  const namespaces = ['namespace/istio-system', 'namespace/cert-manager'];
  await kubectl(cluster, [
    ...['delete', '--ignore-not-found', '--timeout=5m'],
    ...namespaces,
    ...definitions,
  ]);
}

function helm(
  command: string,
  release: string,
  chart: string | undefined,
  args: string[],
) {
  return run(cluster.helm, [
    ...['--kubeconfig', cluster.kubeconfig, command, release],
    ...(chart ? [chart] : []),
    ...args,
  ]);
}

function platform(): Promise<Platform> {
  return getObject<Platform>(cluster, 'networkplatform', 'default');
}

/** The egress gateway is off in the local cluster's platform. */
function withEgressGateway(given: Platform): Platform {
  const copy = structuredClone(given);
  const { istio } = copy.spec.components;
  istio.egressGateway = { ...istio.ingressGateway, enabled: true };
  return copy;
}

function secondsSince(started: number): number {
  return Math.round((performance.now() - started) / 100) / 10;
}

function report(): void {
  const median = (list: number[]) =>
    [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
  for (const [who, list] of Object.entries(seconds)) {
    process.stdout.write(
      `${who}: median ${median(list)} s of ${list.join(', ')}\n`,
    );
  }
  const ratio = median(seconds['app-network']) / median(seconds.helm);
  process.stdout.write(`ratio: ${ratio.toFixed(2)} (limit ${LIMIT})\n`);
}
