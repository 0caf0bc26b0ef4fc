/**
 * From the last object's write to the first 200 through the gateway: an AppNetwork that the running portal reconciles, against `kubectl apply`
 * of the very same objects, in turns, on one cluster. Times of writes come from the API server's audit log; the request is one that a
 * client would make, its certificate verified against the cluster's CA.
 *
 * kubectl writes one object after the other, so that its first ones work their way to the gateway before its last is written; App Network
 * writes all at once. The last write alone would therefore compare a whole way with a part of one: the times from the first write and
 * from the request itself stand beside it.
 *
 *   npm start                                   in another terminal
 *   npm run bench                               or `npm run bench -- ROUNDS`; APP_NETWORK_CLUSTER names another local cluster
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterCa } from '../packages/end-to-end/src/certificates.ts';
import {
  apply,
  everythingLabelled,
  getObject,
  kubectl,
  localCluster,
  type KubernetesObject,
} from '../packages/end-to-end/src/cluster.ts';
import { getThroughGateway } from '../packages/end-to-end/src/gateway.ts';
import { applied } from './applied.ts';

const NAMESPACE = 'bench';
const LIMIT = 1.2;
/** As local-cluster builds it. */
const IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';

const rounds = Number(process.argv[2] ?? 9);
const cluster = await localCluster(
  process.env.APP_NETWORK_CLUSTER ?? 'app-network',
);

interface Timing {
  /** Milliseconds from the start of `kubectl apply`, of the AppNetwork or of the objects themselves, to the first 200. */
  fromRequest: number;
  /** Milliseconds from the first write to the first 200. */
  fromFirst: number;
  /** Milliseconds from the last write to the first 200. */
  fromLast: number;
}

const timings: Record<string, Timing[]> = { 'app-network': [], kubectl: [] };

const gateway = {
  address: await gatewayAddress(),
  ca: await clusterCa(cluster),
};
try {
  await deployWorkload();
  // The first round of each warms caches and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const objects = await throughAppNetwork(`a${round}`, round > 0);
    await throughKubectl(objects, `a${round}`, `k${round}`, round > 0);
  }
  report();
} finally {
  await kubectl(cluster, ['delete', 'namespace', NAMESPACE, '--wait=false']);
}

/** Measures an AppNetwork, and returns what it became, for kubectl to apply as well. */
async function throughAppNetwork(
  name: string,
  counts: boolean,
): Promise<KubernetesObject[]> {
  const timing = await measure(name, [
    {
      apiVersion: 'app-network.io/v1alpha1',
      kind: 'AppNetwork',
      metadata: { name, namespace: NAMESPACE },
      spec: {
        selector: { matchLabels: { app: 'bench' } },
        hostnames: [`${name}.bench.example.com`],
      },
    },
  ]);
  if (counts) {
    timings['app-network']?.push(timing);
  }
  const owned = await everythingLabelled(
    cluster,
    `app-network.io/owner=${NAMESPACE}.${name}`,
  );
  const objects = owned
    // cert-manager's own, made for the Certificate.
    .filter(({ kind }) => !['Secret', 'CertificateRequest'].includes(kind))
    .map(applied);
  await kubectl(cluster, [
    ...['delete', 'appnetwork', name, '--namespace', NAMESPACE],
  ]);
  return objects;
}

async function throughKubectl(
  objects: KubernetesObject[],
  from: string,
  to: string,
  counts: boolean,
): Promise<void> {
  const renamed = JSON.parse(
    JSON.stringify(objects)
      .replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to)
      // Otherwise the portal would take them for its own, and remove them.
      .replaceAll('app-network.io/owner', 'bench.app-network.io/owner'),
  ) as KubernetesObject[];
  const timing = await measure(to, renamed);
  if (counts) {
    timings.kubectl?.push(timing);
  }
  // cert-manager leaves its Secret behind, and would have nothing to issue the next time.
  const secrets = renamed
    .filter(({ kind }) => kind === 'Certificate')
    .map(({ metadata }) => ({ apiVersion: 'v1', kind: 'Secret', metadata }));
  await kubectl(
    cluster,
    ['delete', '--filename', '-'],
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [...renamed, ...secrets],
    }),
  );
}

/** Applies objects and times the first 200 of `https://<name>.bench.example.com/`. */
async function measure(name: string, objects: object[]): Promise<Timing> {
  const since = Date.now();
  const applying = apply(cluster, objects);
  const answered = await firstAnswer(`https://${name}.bench.example.com/`);
  await applying;
  const writes = await writeTimes(since, answered, name);
  return {
    fromRequest: answered - since,
    fromFirst: answered - Math.min(...writes),
    fromLast: answered - Math.max(...writes),
  };
}

/** When the gateway first answered 200 with a certificate of the cluster's CA, in milliseconds since the epoch. */
async function firstAnswer(url: string): Promise<number> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const status = await getThroughGateway(url, gateway).then(
      answer => String(answer.status),
      String,
    );
    if (status === '200') {
      return Date.now();
    }
    if (Date.now() > deadline) {
      throw new Error(`${url} still answers "${status}" after two minutes`);
    }
    await sleep(5);
  }
}

/**
 * When the objects that belong to an AppNetwork's name were written, in milliseconds since the epoch, by the API server's audit log. The
 * AppNetwork itself does not count, nor what cert-manager and others write after it.
 */
async function writeTimes(
  since: number,
  until: number,
  name: string,
): Promise<number[]> {
  const kinds =
    /^(gateways|virtualservices|destinationrules|authorizationpolicies|peerauthentications|networkpolicies|certificates)$/;
  const writers = /^(kubectl|app-network|node|undici)/;
  const times = (await readFile(cluster.auditLog, 'utf8'))
    .split('\n')
    .filter(line => line.includes(name))
    .map(
      line =>
        JSON.parse(line) as {
          stage: string;
          stageTimestamp: string;
          verb: string;
          userAgent?: string;
          responseStatus?: { code: number };
          objectRef?: { resource: string; subresource?: string };
        },
    )
    .filter(
      ({ stage, verb, userAgent, responseStatus, objectRef }) =>
        stage === 'ResponseComplete' &&
        /^(create|patch|update)$/.test(verb) &&
        writers.test(userAgent ?? 'node') &&
        (responseStatus?.code ?? 500) < 300 &&
        kinds.test(objectRef?.resource ?? '') &&
        !objectRef?.subresource,
    )
    .map(({ stageTimestamp }) => Date.parse(stageTimestamp))
    .filter(time => time >= since - 1 && time <= until);
  if (times.length === 0) {
    throw new Error(
      `${cluster.auditLog} has no write of an object of ${name}; does the portal run?`,
    );
  }
  return times;
}

async function gatewayAddress(): Promise<string> {
  const platform = await getObject<{
    status?: {
      ingress?: { applications?: { addresses?: { value: string }[] } };
    };
  }>(cluster, 'networkplatform', 'default');
  const address = platform.status?.ingress?.applications?.addresses?.[0]?.value;
  if (!address) {
    throw new Error(
      'The NetworkPlatform has no address yet; wait until `npm start` says that it is ready.',
    );
  }
  return address;
}

async function deployWorkload(): Promise<void> {
  await apply(cluster, [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACE, labels: { 'istio-injection': 'enabled' } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'bench', namespace: NAMESPACE },
      spec: {
        selector: { matchLabels: { app: 'bench' } },
        template: {
          metadata: { labels: { app: 'bench' } },
          spec: {
            containers: [
              {
                name: 'web',
                image: IMAGE,
                args: ['netexec', '--http-port=8080'],
                readinessProbe: { httpGet: { path: '/', port: 8080 } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'bench', namespace: NAMESPACE },
      spec: {
        selector: { app: 'bench' },
        ports: [{ name: 'http', port: 8080 }],
      },
    },
  ]);
  await kubectl(cluster, [
    ...['rollout', 'status', 'deployment/bench', '--namespace', NAMESPACE],
    '--timeout=2m',
  ]);
}

function report(): void {
  const median = (list: number[]) =>
    [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
  for (const field of ['fromLast', 'fromFirst', 'fromRequest'] as const) {
    const medians = Object.entries(timings).map(([who, list]) => {
      const times = list.map(timing => timing[field]);
      process.stdout.write(
        `${field} ${who}: median ${median(times)} ms of ${times.join(', ')}\n`,
      );
      return median(times);
    });
    const [ours = NaN, theirs = NaN] = medians;
    process.stdout.write(
      `${field} ratio: ${(ours / theirs).toFixed(2)} (limit ${LIMIT})\n`,
    );
  }
}
