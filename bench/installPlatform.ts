/**
 * The installation of a whole platform, from the NetworkPlatform's creation until every component is ready, against the sum of
 * `helm install --wait` of the same releases with the same values one after the other, in turns, on one cluster. Kinds stay between the
 * rounds, for both.
 *
 *   npm start                                   in another terminal
 *   npm run bench:install                       or `npm run bench:install -- ROUNDS`; APP_NETWORK_CLUSTER names another local cluster
 *
 * The platform of the cluster is removed and made anew in every round; at the end it is there again.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import {
  getObject,
  kubectl,
  localCluster,
} from '../packages/end-to-end/src/cluster.ts';

const LIMIT = 0.7;
const run = promisify(execFile);

const rounds = Number(process.argv[2] ?? 3);
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
  status?: {
    components?: {
      release: string;
      namespace: string;
      state: string;
      message?: string;
    }[];
  };
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

const timings: Record<'app-network' | 'helm', number[]> = {
  'app-network': [],
  helm: [],
};
// The first round of each warms caches and is not counted.
for (let round = 0; round <= rounds; round++) {
  await removePlatform();
  const ours = await timed(installWithAppNetwork);
  const releases = await installedReleases();
  await removePlatform();
  const theirs = await timed(() => installWithHelm(releases));
  await removeWithHelm(releases);
  if (round > 0) {
    timings['app-network'].push(ours);
    timings.helm.push(theirs);
  }
}
await installWithAppNetwork();
report();

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function removePlatform(): Promise<void> {
  await kubectl(cluster, [
    ...['delete', 'networkplatform', 'default', '--ignore-not-found'],
    '--timeout=5m',
  ]);
}

async function installWithAppNetwork(): Promise<void> {
  await kubectl(
    cluster,
    ['create', '--filename', '-'],
    JSON.stringify(platform),
  );
  for (;;) {
    const { status } = await getObject<Platform>(
      cluster,
      'networkplatform',
      'default',
    );
    const components = (status?.components ?? []).filter(
      ({ release }) => release in CHARTS,
    );
    const failed = components.find(({ state }) => state === 'Failed');
    if (failed) {
      throw new Error(`${failed.release}: ${failed.message}`);
    }
    if (
      components.length > 0 &&
      components.every(({ state }) => state === 'Ready')
    ) {
      return;
    }
    await sleep(100);
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

async function installWithHelm(releases: Release[]): Promise<void> {
  for (const { name, namespace, chart, values } of releases) {
    await helm(
      [
        ...['install', name, chart, '--namespace', namespace],
        ...['--create-namespace', '--wait', '--server-side=false'],
        ...['--values', '-'],
      ],
      values,
    );
  }
}

async function removeWithHelm(releases: Release[]): Promise<void> {
  for (const { name, namespace } of [...releases].reverse()) {
    await helm(['uninstall', name, '--namespace', namespace, '--wait']);
  }
  const namespaces = new Set(releases.map(({ namespace }) => namespace));
  await kubectl(cluster, ['delete', 'namespace', ...namespaces]);
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
  for (const [who, list] of Object.entries(timings)) {
    process.stdout.write(
      `${who}: median ${median(list).toFixed(1)} s of ${list
        .map(time => time.toFixed(1))
        .join(', ')}\n`,
    );
  }
  const ratio = median(timings['app-network']) / median(timings.helm);
  process.stdout.write(`ratio: ${ratio.toFixed(2)} (limit ${LIMIT})\n`);
}
