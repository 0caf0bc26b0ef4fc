import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { clusterDown, clusterUp, localCluster } from './localCluster.ts';
import { platformReady } from './platform.ts';
import { describe, isAbort, type Run } from './run.ts';

/**
 * Brings the local cluster and its platform up, or says which clusters are used instead.
 *
 * @throws when the cluster or the platform can't be had; the reason is in the progress too
 */
export async function startCluster(run: Run): Promise<void> {
  const { target, progress, addresses } = run;
  if (target.kind === 'named') {
    progress.set('cluster', 'idle', `yours: ${target.names.join(', ')}`);
    progress.set(
      'platform',
      'idle',
      `see ${run.url}/app-network; nothing is installed unasked`,
    );
    return;
  }
  progress.set('platform', 'idle', 'waits for the cluster');
  const cluster = await reported(run, 'cluster', () => bringUp(run));
  progress.set('cluster', 'ready', `kubeconfig ${cluster.kubeconfig}`);
  addresses.push(`Cluster:       export KUBECONFIG=${cluster.kubeconfig}`);
  if (!cluster.nodeRunning) {
    progress.set('platform', 'idle', 'the cluster has no node to run it');
    return;
  }
  const gateways = await reported(run, 'platform', () =>
    platformReady(cluster, run.stop.signal, (text, failing) =>
      progress.set('platform', failing ? 'failed' : 'running', text),
    ),
  );
  progress.set('platform', 'ready', `applications at ${gateways.join(', ')}`);
  addresses.push(`Applications:  https at ${gateways.join(', ')}`);
}

async function bringUp(run: Run): ReturnType<typeof clusterUp> {
  const { name, progress, stop, endings, directory } = run;
  progress.set('cluster', 'running', 'starting');
  const before = await localCluster(name, stop.signal);
  if (!before.running) {
    endings.push(async () => {
      progress.set('cluster', 'running', 'ending');
      await reported(run, 'cluster', () =>
        clusterDown(name, line => progress.set('cluster', 'running', line)),
      );
      progress.set('platform', 'idle', 'ended');
      progress.set('cluster', 'idle', 'ended');
    });
  }
  const cluster = await clusterUp(name, stop.signal, line =>
    progress.set('cluster', 'running', line),
  );
  await mkdir(programsDirectory(directory), { recursive: true });
  await symlink(cluster.helm, path.join(programsDirectory(directory), 'helm'));
  return cluster;
}

/** Where programs appear that the backend needs and the cluster's build makes. */
export function programsDirectory(directory: string): string {
  return path.join(directory, 'bin');
}

/** The line of an error that tells most: a command's last words, past the stack trace of a crash. */
function summary(error: unknown): string {
  return (
    describe(error)
      .split('\n')
      .findLast(line => line.trim() && !/^\s+at |^Node\.js v/.test(line)) ??
    'failed'
  );
}

async function reported<T>(
  { progress }: Run,
  part: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isAbort(error)) {
      progress.set(part, 'failed', summary(error));
    }
    throw error;
  }
}
