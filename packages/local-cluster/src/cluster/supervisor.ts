import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheRoot } from '../build/cache.ts';
import { UserError } from './errors.ts';
import type { Layout } from './layout.ts';
import type { ClusterPaths } from './paths.ts';
import { processes, type Process } from './processes.ts';
import { readJson } from './record.ts';

const run = promisify(execFile);

/** A process that can't be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/PID/stat, clock ticks since the machine started; empty where there is no /proc. */
  startTime: string;
}

/** What the supervisor says of a process. */
export interface ProcessReport {
  name: string;
  /** In the node's own numbering; 0: not running. */
  pid: number;
  ready: boolean;
  restarts: number;
  startedAt: string;
  lastExit?: string;
}

/** What the supervisor is told. The Go side has the same type (go/kubernetes/node). */
export interface SupervisorConfig {
  hostname: string;
  stateDirectory: string;
  readOnlyDirectories: string[];
  processes: Process[];
  /** Left out for plain processes. Addresses are with prefix length. */
  isolation?: {
    cgroup: string;
    hostInterface: string;
    hostAddress: string;
    nodeAddress: string;
    loadBalancerRange: string;
    pinnedSysctls: Record<string, string>;
  };
}

// The kubelet wants these; they are the whole machine's, so that it is only shown what it wants to see.
const PINNED_SYSCTLS = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/** Starts the cluster's processes in the background, under a supervisor. Throws a `UserError` with its message when that fails. */
export async function startSupervisor(
  layout: Layout,
  cgroup: string | undefined,
): Promise<void> {
  const { paths, built, network, name } = layout;
  const list = processes(layout);
  const config: SupervisorConfig = {
    hostname: name,
    stateDirectory: paths.directory,
    readOnlyDirectories: programDirectories(layout, list),
    processes: list,
    ...(network &&
      cgroup && {
        isolation: {
          cgroup,
          hostInterface: network.hostInterface,
          hostAddress: `${network.hostAddress}/25`,
          nodeAddress: `${network.nodeAddress}/25`,
          loadBalancerRange: network.loadBalancerRange,
          pinnedSysctls: PINNED_SYSCTLS,
        },
      }),
  };
  await rm(paths.processes, { force: true });
  await writeFile(paths.supervisorConfig, JSON.stringify(config, null, 2), {
    mode: 0o600,
  });
  try {
    await run(built.kubernetes, [
      'cluster-node',
      'start',
      paths.supervisorConfig,
    ]);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new UserError(
      `The cluster "${name}" did not start: ${stderr?.trim() || message}`,
    );
  }
}

/** The supervisor, when it runs. */
export async function runningSupervisor(
  paths: ClusterPaths,
): Promise<ProcessIdentity | undefined> {
  const recorded = await readJson<ProcessIdentity>(paths.supervisor);
  return recorded && (await isRunning(recorded)) ? recorded : undefined;
}

/** What the supervisor says of its processes; empty when it hasn't said anything yet. */
export async function processReports(
  paths: ClusterPaths,
): Promise<ProcessReport[]> {
  return (await readJson<ProcessReport[]>(paths.processes)) ?? [];
}

/** Whether this very process still runs. */
export async function isRunning({
  pid,
  startTime,
}: ProcessIdentity): Promise<boolean> {
  if (startTime === '') {
    return respondsToSignal(pid);
  }
  const stat = await processStat(pid);
  return (
    stat !== undefined && stat.startTime === startTime && stat.state !== 'Z'
  );
}

/**
 * Ends the supervisor and with it every process of the cluster. In namespaces of its own the kernel ends them all at
 * once; plain processes are asked first.
 */
export async function endSupervisor(
  paths: ClusterPaths,
  isolated: boolean,
): Promise<void> {
  const supervisor = await runningSupervisor(paths);
  if (!supervisor) {
    return;
  }
  if (!isolated) {
    kill(supervisor.pid, 'SIGTERM');
    await waitForEnd(supervisor, 8000);
  }
  if (await isRunning(supervisor)) {
    kill(supervisor.pid, 'SIGKILL');
    await waitForEnd(supervisor, 30_000);
  }
  if (await isRunning(supervisor)) {
    throw new UserError(
      `Process ${supervisor.pid} of the cluster does not end; look at /proc/${supervisor.pid}/stack.`,
    );
  }
}

/** Start time and state of a process, or undefined when there is none. */
export async function processStat(
  pid: number,
): Promise<{ startTime: string; state: string } | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The program's name, in brackets, may itself have spaces and brackets in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
}

async function waitForEnd(
  process: ProcessIdentity,
  milliseconds: number,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline && (await isRunning(process))) {
    await delay(20);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

function respondsToSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// Programs outside the directories of the system have to be shown to the node.
function programDirectories({ node }: Layout, list: Process[]): string[] {
  const programs = list.map(({ path }) => path);
  const ofNode = node ? [node.containerdShim, node.runc] : [];
  const directories = [...programs, ...ofNode].map(path => dirname(path));
  return [
    ...new Set([
      cacheRoot(), // what is in it is linked with one another
      ...directories,
      ...(node ? [node.cniPlugins] : []),
    ]),
  ].filter(directory => !/^\/(usr|opt|bin|sbin|nix)(\/|$)/.test(directory));
}
