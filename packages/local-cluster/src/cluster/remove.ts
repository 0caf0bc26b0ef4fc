import { execFile } from 'node:child_process';
import { access, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { waitFor } from './apiServer.ts';
import { cgroupOf, removeCgroups } from './cgroups.ts';
import { UserError } from './errors.ts';
import type { ClusterPaths } from './paths.ts';
import { readJson } from './record.ts';
import { endSupervisor, type SupervisorConfig } from './supervisor.ts';

const run = promisify(execFile);

/** Ends the cluster's processes and removes all that they had on the host; what the cluster stored stays. */
export async function removeRemains(paths: ClusterPaths): Promise<void> {
  // What the supervisor was told is enough; the record may be missing.
  const config = await readJson<SupervisorConfig>(paths.supervisorConfig);
  const isolation = config?.isolation;
  await endSupervisor(paths, isolation !== undefined);
  await removeCgroups(isolation?.cgroup ?? cgroupOf(paths));
  const program = config?.processes[0]?.path;
  if (isolation && program) {
    await removeInterface(paths, program, isolation.hostInterface);
  }
  await rm(paths.supervisor, { force: true });
  await rm(paths.processes, { force: true });
}

// The host's end of the cable. Should our own program be gone by now, then the kernel removes it, when it comes to it.
async function removeInterface(
  paths: ClusterPaths,
  program: string,
  name: string,
): Promise<void> {
  await run(program, [
    'cluster-node',
    'disconnect',
    paths.supervisorConfig,
  ]).catch(() => undefined);
  const gone = async () =>
    access(`/sys/class/net/${name}`).then(
      () => false,
      () => true,
    );
  if (!(await waitFor(gone, 10_000))) {
    throw new UserError(
      `The network interface ${name} is still there; remove it with \`ip link delete ${name}\` and run \`down\` again.`,
    );
  }
}
