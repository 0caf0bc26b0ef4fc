import { readFile, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterPaths } from './paths.ts';

const ROOT = '/app-network';

/** A cluster's own control group, below the root of each hierarchy. */
export function cgroupOf({ id }: ClusterPaths): string {
  return `${ROOT}/${id}`;
}

/**
 * Removes a cluster's control groups, those of its pods included, once the processes in them have ended.
 * Throws when one is still in use after half a minute.
 */
export async function removeCgroups(cgroup: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (const mountPoint of await hierarchies()) {
    for (;;) {
      try {
        await removeTree(join(mountPoint, cgroup));
        break;
      } catch (error) {
        if (
          (error as NodeJS.ErrnoException).code !== 'EBUSY' ||
          Date.now() > deadline
        ) {
          throw error;
        }
        await delay(50);
      }
    }
    // The last cluster takes the common parent with it.
    await rmdir(join(mountPoint, ROOT)).catch(() => undefined);
  }
}

async function hierarchies(): Promise<string[]> {
  let table: string;
  try {
    table = await readFile('/proc/self/mounts', 'utf8');
  } catch {
    return [];
  }
  return table
    .split('\n')
    .map(line => line.split(' '))
    .filter(([, , kind]) => kind === 'cgroup' || kind === 'cgroup2')
    .map(([, mountPoint = '']) => mountPoint);
}

// The files in a control group's directory are the kernel's: directories are all there is to remove.
async function removeTree(directory: string): Promise<void> {
  let entries;
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return;
    }
    throw error;
  }
  for (const entry of entries) {
    if (entry.isDirectory()) {
      await removeTree(join(directory, entry.name));
    }
  }
  await rmdir(directory);
}
