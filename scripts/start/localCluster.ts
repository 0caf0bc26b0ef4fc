import path from 'node:path';
import { output, ROOT, startWatched } from './processes.ts';

/** What `npm run cluster -- status --json` tells, as far as it is needed here. */
export interface LocalCluster {
  name: string;
  running: boolean;
  /** Whether pods can run. */
  nodeRunning: boolean;
  kubeconfig?: string;
  helm?: string;
  kubectl?: string;
  networkPlatform?: string;
}

const CLI = path.join(ROOT, 'packages/local-cluster/src/cli.ts');

/** The state of the local cluster of this name, whether it runs or not. */
export async function localCluster(
  name: string,
  signal: AbortSignal,
): Promise<LocalCluster> {
  const printed = await output(
    process.execPath,
    [CLI, 'status', '--json', '--name', name],
    signal,
  );
  return JSON.parse(printed) as LocalCluster;
}

/**
 * Brings the local cluster up, building it first where it has never been built.
 *
 * @param onProgress - told what is going on, a line at a time
 * @throws with what the cluster's command said last
 */
export async function clusterUp(
  name: string,
  signal: AbortSignal,
  onProgress: (line: string) => void,
): Promise<Required<LocalCluster>> {
  await runCli(['up', '--name', name], signal, onProgress);
  const cluster = await localCluster(name, signal);
  const { kubeconfig, helm, kubectl, networkPlatform } = cluster;
  if (!kubeconfig || !helm || !kubectl || !networkPlatform) {
    throw new Error(`the cluster "${name}" was ended from elsewhere`);
  }
  return { ...cluster, kubeconfig, helm, kubectl, networkPlatform };
}

/** Ends the local cluster and removes all of it; what was built stays. */
export async function clusterDown(
  name: string,
  onProgress: (line: string) => void,
): Promise<void> {
  await runCli(
    ['down', '--name', name],
    new AbortController().signal,
    onProgress,
  );
}

async function runCli(
  args: string[],
  signal: AbortSignal,
  onProgress: (line: string) => void,
): Promise<void> {
  const lines: string[] = [];
  // Progress and errors are on standard error; what is on standard output is for somebody who runs the command alone.
  const cli = startWatched(process.execPath, [CLI, ...args], {
    onErrorLine(line) {
      lines.push(line);
      if (line.trim()) {
        onProgress(line.trim());
      }
    },
  });
  const abort = () => void cli.end();
  signal.addEventListener('abort', abort);
  try {
    const code = await cli.ended;
    signal.throwIfAborted();
    if (code !== 0) {
      throw new Error(
        lines.slice(-20).join('\n') || `cluster ${args[0]} exited with ${code}`,
      );
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
