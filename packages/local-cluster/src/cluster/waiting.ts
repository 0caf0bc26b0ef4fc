import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from './errors.ts';
import { waitFor, type ApiServer } from './apiServer.ts';
import type { ClusterPaths } from './paths.ts';
import {
  processReports,
  runningSupervisor,
  type ProcessReport,
} from './supervisor.ts';

interface Condition {
  type: string;
  status: string;
  lastHeartbeatTime?: string;
}

interface WithConditions {
  status?: { conditions?: Condition[] };
}

interface Pod {
  status?: {
    conditions?: Condition[];
    containerStatuses?: Array<{
      state?: { running?: { startedAt?: string } };
    }>;
  };
}

/** Waits until the API server is ready. Throws a `UserError` that says which process is not well. */
export async function waitForApiServer(
  api: ApiServer,
  paths: ClusterPaths,
): Promise<void> {
  await expectWithin(60, paths, 'the API server to be ready', () =>
    api.ready(),
  );
}

/** Waits until the supervisor finds the process ready. */
export async function waitForProcess(
  paths: ClusterPaths,
  name: string,
): Promise<void> {
  await expectWithin(60, paths, `${name} to be ready`, async () =>
    (
      await processReports(paths)
    ).some(process => process.name === name && process.ready),
  );
}

/** Waits until pods can be made: every namespace has a service account by then. */
export async function waitForServiceAccount(
  api: ApiServer,
  paths: ClusterPaths,
): Promise<void> {
  await expectWithin(60, paths, 'the default service account', async () =>
    Boolean(
      await api.get('/api/v1/namespaces/default/serviceaccounts/default'),
    ),
  );
}

/** Waits until the node takes pods. */
export async function waitForNode(
  api: ApiServer,
  paths: ClusterPaths,
  name: string,
): Promise<void> {
  await expectWithin(90, paths, 'the node to be ready', async () => {
    const node = await api.get<WithConditions>(`/api/v1/nodes/${name}`);
    const ready = node?.status?.conditions?.find(
      ({ type }) => type === 'Ready',
    );
    // In a cluster that is started again the API has the node as it was.
    return (
      ready?.status === 'True' &&
      (await isOfThisRun(paths, ready.lastHeartbeatTime))
    );
  });
}

/** Waits until names are resolved in pods. */
export async function waitForDns(
  api: ApiServer,
  paths: ClusterPaths,
): Promise<void> {
  await expectWithin(90, paths, 'CoreDNS to be ready', async () => {
    const pods = await api.get<{ items: Pod[] }>(
      '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns',
    );
    for (const pod of pods?.items ?? []) {
      const startedAt =
        pod.status?.containerStatuses?.[0]?.state?.running?.startedAt;
      if (isTrue(pod, 'Ready') && (await isOfThisRun(paths, startedAt))) {
        return true;
      }
    }
    return false;
  });
}

function isTrue(object: WithConditions | undefined, type: string): boolean {
  return Boolean(
    object?.status?.conditions?.some(
      condition => condition.type === type && condition.status === 'True',
    ),
  );
}

// The API's times are in whole seconds.
async function isOfThisRun(
  paths: ClusterPaths,
  time: string | undefined,
): Promise<boolean> {
  const kubelet = (await processReports(paths)).find(
    ({ name }) => name === 'kubelet',
  );
  return (
    time !== undefined &&
    kubelet !== undefined &&
    Date.parse(time) >= Math.floor(Date.parse(kubelet.startedAt) / 1000) * 1000
  );
}

async function expectWithin(
  seconds: number,
  paths: ClusterPaths,
  what: string,
  condition: () => Promise<boolean>,
): Promise<void> {
  let alive = true;
  const holds = await waitFor(async () => {
    alive = (await runningSupervisor(paths)) !== undefined;
    return !alive || (await condition());
  }, seconds * 1000);
  if (holds && alive) {
    return;
  }
  const unwell = (await processReports(paths)).filter(({ ready }) => !ready);
  const found = alive
    ? `waited ${seconds} s for ${what}`
    : `the supervisor ended while waiting for ${what}`;
  const details = await Promise.all(unwell.map(p => describe(paths, p)));
  throw new UserError(
    [
      `The cluster is not up: ${found}.`,
      ...(alive ? details : [await describeEnd(paths, 'supervisor')]),
      `The logs are in ${paths.logs}; run it again to go on from here, or \`down\` to start afresh.`,
    ].join('\n'),
  );
}

async function describe(
  paths: ClusterPaths,
  { name, lastExit, restarts }: ProcessReport,
): Promise<string> {
  const state = lastExit
    ? `ended with ${lastExit}, ${restarts} times so far`
    : 'is not ready';
  return `${name} ${state}; ${await describeEnd(paths, name)}`;
}

async function describeEnd(paths: ClusterPaths, name: string): Promise<string> {
  const log = await readFile(join(paths.logs, `${name}.log`), 'utf8').catch(
    () => '',
  );
  const line = log.trimEnd().split('\n').at(-1)?.slice(0, 500);
  return line ? `the last line of its log: ${line}` : 'its log is empty.';
}
