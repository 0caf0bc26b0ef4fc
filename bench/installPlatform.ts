/**
 * The installation of a whole platform, from the NetworkPlatform's creation until every component is ready, against the sum of
 * `helm install --wait` of the same charts with the same values one after the other, on one cluster.
 *
 *   npm start                                   in another terminal
 *   npm run bench:install                       or `npm run bench:install -- ROUNDS`; APP_NETWORK_CLUSTER names another local cluster
 *
 * Both start from a cluster that has nothing of it, not even the kinds, and has the images. In every other round Helm comes first. The
 * platform of the cluster is removed with all objects of its kinds and made anew; at the end it is there again.
 */
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import {
  getObject,
  kubectl,
  localCluster,
} from '../packages/end-to-end/src/cluster.ts';

const LIMIT = 0.7;
const run = promisify(execFile);

const rounds = Number(process.argv[2] ?? 5);
const cluster = await localCluster(
  process.env.APP_NETWORK_CLUSTER ?? 'app-network',
);

interface Release {
  name: string;
  namespace: string;
  chart: string;
  values: string;
}

interface Platform {
  spec: {
    components: {
      certManager: { chart: { path: string } };
      istio: {
        charts: Record<'base' | 'istiod' | 'gateway', { path: string }>;
        egressGateway: object;
      };
    };
  };
  status?: { components?: { release: string; namespace: string }[] };
}

const platform = parse(
  await readFile(cluster.networkPlatform, 'utf8'),
) as Platform;
const { certManager, istio } = platform.spec.components;
istio.egressGateway = {
  enabled: true,
  values: { imagePullPolicy: 'IfNotPresent' },
};

/** Charts of the releases, each after those that it needs. */
const CHARTS: Record<string, string> = {
  'cert-manager': certManager.chart.path,
  'istio-base': istio.charts.base.path,
  istiod: istio.charts.istiod.path,
  'istio-ingressgateway': istio.charts.gateway.path,
  'istio-egressgateway': istio.charts.gateway.path,
};

/** A line such as `Ready=False cert-manager=Installing istiod=Pending`. */
const STATES =
  'Ready={.status.conditions[?(@.type=="Ready")].status}{range .status.components[*]} {.release}={.state}{end}{"\\n"}';

/** Seconds. `ready` is when App Network says so of the whole platform: issuer, mTLS and policies too, which Helm does not install. */
const timings = {
  components: [] as number[],
  ready: [] as number[],
  helm: [] as number[],
};

// The first round warms caches and is not counted; it also tells the values.
await clear();
await installWithAppNetwork();
const releases = await installedReleases();
await clear();
await installWithHelm();
for (let round = 0; round < rounds; round++) {
  const turns = [measureAppNetwork, measureHelm];
  for (const turn of round % 2 === 0 ? turns : turns.reverse()) {
    await clear();
    await turn();
  }
  process.stdout.write(
    `round ${round + 1}: ${Object.entries(timings)
      .map(([what, list]) => `${what} ${list.at(-1)?.toFixed(1)} s`)
      .join(', ')}\n`,
  );
}
await clear();
await installWithAppNetwork();
report();

async function measureAppNetwork(): Promise<void> {
  const { components, ready } = await installWithAppNetwork();
  timings.components.push(components);
  timings.ready.push(ready);
}

async function measureHelm(): Promise<void> {
  timings.helm.push(await installWithHelm());
}

/** Removes the platform, whoever installed it, and all that it leaves: kinds, namespaces, leases, and what istiod wrote elsewhere. */
async function clear(): Promise<void> {
  await kubectl(cluster, [
    ...['delete', 'networkplatform', 'default', '--ignore-not-found'],
    '--timeout=5m',
  ]);
  const installed = JSON.parse(
    await helm(['list', '--all-namespaces', '--output', 'json']),
  ) as { name: string; namespace: string }[];
  for (const name of Object.keys(CHARTS).reverse()) {
    for (const release of installed.filter(other => other.name === name)) {
      await helm([
        ...['uninstall', name, '--namespace', release.namespace, '--wait'],
      ]);
    }
  }
  const remove = (...what: string[]) =>
    kubectl(cluster, ['delete', ...what, '--ignore-not-found']);
  await remove('namespace', 'cert-manager', 'istio-system');
  await remove('crd', '--selector=app.kubernetes.io/managed-by=Helm');
  await remove(
    ...['configmap', '--all-namespaces', '--selector=istio.io/config=true'],
  );
  await remove(
    ...['lease', '--namespace=kube-system', 'cert-manager-controller'],
    'cert-manager-cainjector-leader-election',
  );
}

/** @returns seconds until every component was ready, and until the platform was */
async function installWithAppNetwork(): Promise<{
  components: number;
  ready: number;
}> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  await kubectl(
    cluster,
    ['create', '--filename', '-'],
    JSON.stringify(platform),
  );
  let components: number | undefined;
  for await (const line of statusLines()) {
    const [ready, ...states] = line.split(' ').filter(Boolean);
    const failed = states.find(state => state.endsWith('=Failed'));
    if (failed) {
      throw new Error(`${failed}: see the status of the NetworkPlatform.`);
    }
    if (
      states.length > 0 &&
      states.every(state => /=(Ready|Disabled)$/.test(state))
    ) {
      components ??= seconds();
      if (ready === 'Ready=True') {
        return { components, ready: seconds() };
      }
    }
  }
  throw new Error('The watch has ended.');
}

/** The platform's states, anew when they change. A watch ends when the API server likes; then there is another. */
async function* statusLines(): AsyncGenerator<string> {
  for (;;) {
    const watch = spawn(
      cluster.kubectl,
      [
        ...['--kubeconfig', cluster.kubeconfig, 'get', 'networkplatform'],
        ...['default', '--watch', '--output', `jsonpath=${STATES}`],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      yield* createInterface({ input: watch.stdout });
    } finally {
      watch.kill();
    }
  }
}

/** The releases that App Network has installed, with the values that it gave them. */
async function installedReleases(): Promise<Release[]> {
  const { status } = await getObject<Platform>(
    cluster,
    'networkplatform',
    'default',
  );
  return Promise.all(
    Object.entries(CHARTS).map(async ([name, chart]) => {
      const namespace =
        status?.components?.find(({ release }) => release === name)
          ?.namespace ?? '';
      const values = await helm([
        ...['get', 'values', name, '--namespace', namespace],
        ...['--output', 'json'],
      ]);
      return { name, namespace, chart, values };
    }),
  );
}

/** @returns seconds */
async function installWithHelm(): Promise<number> {
  const start = performance.now();
  for (const { name, namespace, chart, values } of releases) {
    await helm(
      [
        ...['install', name, chart, '--namespace', namespace],
        ...['--create-namespace', '--wait', '--values', '-'],
      ],
      values,
    );
  }
  return (performance.now() - start) / 1000;
}

async function helm(args: string[], input = ''): Promise<string> {
  const running = run(
    cluster.helm,
    ['--kubeconfig', cluster.kubeconfig, ...args],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  running.child.stdin?.end(input);
  return (await running).stdout;
}

function report(): void {
  const median = (list: number[]) =>
    [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
  for (const [what, list] of Object.entries(timings)) {
    process.stdout.write(
      `${what}: median ${median(list).toFixed(1)} s of ${list
        .map(time => time.toFixed(1))
        .join(', ')}\n`,
    );
  }
  const ratio = (list: number[]) => median(list) / median(timings.helm);
  process.stdout.write(
    `ratio: ${ratio(timings.components).toFixed(
      2,
    )} (limit ${LIMIT}); with all that App Network adds: ${ratio(
      timings.ready,
    ).toFixed(2)}\n`,
  );
}
