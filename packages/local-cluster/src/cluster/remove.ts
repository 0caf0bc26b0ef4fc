import { execFile } from 'node:child_process';
import { access, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { waitFor } from './apiServer.ts';
import { cgroupOf, removeCgroups } from './cgroups.ts';
import type { ClusterPaths } from './paths.ts';
import type { ClusterRecord } from './record.ts';
import { endSupervisor } from './supervisor.ts';

const run = promisify(execFile);

/** Ends the cluster's processes and removes all that they had on the host; what the cluster stored stays. */
export async function removeRemains(
  name: string,
  paths: ClusterPaths,
  record: ClusterRecord | undefined,
): Promise<void> {
  await endSupervisor(paths, record?.network !== undefined);
  await removeCgroups(record?.cgroup ?? cgroupOf(name));
  if (record?.network) {
    await removeInterface(record.network.hostInterface);
  }
  await rm(paths.supervisor, { force: true });
  await rm(paths.processes, { force: true });
}

// The host's end of the cable goes with the node's, when the kernel comes to it.
async function removeInterface(name: string): Promise<void> {
  const gone = async () =>
    access(`/sys/class/net/${name}`).then(
      () => false,
      () => true,
    );
  if (!(await waitFor(gone, 10_000))) {
    await run('ip', ['link', 'delete', name]);
  }
}
