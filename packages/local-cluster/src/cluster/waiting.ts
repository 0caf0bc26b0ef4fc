import { UserError } from './errors.ts';
import { waitFor, type ApiServer } from './apiServer.ts';
import type { ClusterPaths } from './paths.ts';
import { processReports, runningSupervisor } from './supervisor.ts';

interface Condition {
  type: string;
  status: string;
}

interface WithConditions {
  status?: { conditions?: Condition[] };
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
  await expectWithin(90, paths, 'the node to be ready', () =>
    hasCondition(api, `/api/v1/nodes/${name}`, 'Ready'),
  );
}

/** Waits until names are resolved in pods. */
export async function waitForDns(
  api: ApiServer,
  paths: ClusterPaths,
): Promise<void> {
  await expectWithin(90, paths, 'CoreDNS to be available', () =>
    hasCondition(
      api,
      '/apis/apps/v1/namespaces/kube-system/deployments/coredns',
      'Available',
    ),
  );
}

async function hasCondition(
  api: ApiServer,
  path: string,
  type: string,
): Promise<boolean> {
  const object = await api.get<WithConditions>(path);
  return Boolean(
    object?.status?.conditions?.some(
      condition => condition.type === type && condition.status === 'True',
    ),
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
  const unwell = (await processReports(paths))
    .filter(({ ready }) => !ready)
    .map(({ name, lastExit, restarts }) =>
      lastExit ? `${name} (${lastExit}, ${restarts} restarts)` : name,
    );
  const found = alive
    ? `waited ${seconds} s for ${what}`
    : `the supervisor ended while waiting for ${what}`;
  throw new UserError(
    `The cluster is not up: ${found}. Not ready: ${
      unwell.join(', ') || 'none'
    }. The logs are in ${
      paths.logs
    }; run it again to go on from here, or \`down\` to start afresh.`,
  );
}
