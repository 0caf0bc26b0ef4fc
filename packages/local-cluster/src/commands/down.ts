import { access, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { restoreInotifyLimit } from '../cluster/hostSettings.ts';
import { withLock } from '../cluster/lock.ts';
import { clusterPaths, clustersDirectory } from '../cluster/paths.ts';
import { removeRemains } from '../cluster/remove.ts';
import type { Progress } from '../progress.ts';

/**
 * Ends the named cluster and removes everything of it: processes, control groups, network interface, state.
 * Does as much when only parts are there, and nothing when there is none.
 */
export async function down(name: string, progress: Progress): Promise<void> {
  const paths = clusterPaths(name);
  await withLock(
    paths.id,
    async () => {
      if (!(await exists(paths.directory))) {
        progress.line(`There is no cluster "${name}".`);
        return;
      }
      await progress.step(`The cluster "${name}" is gone`, async () => {
        await removeRemains(paths);
        await rm(paths.directory, { recursive: true, force: true });
      });
    },
    () =>
      progress.line(
        `Another command is at work on the cluster "${name}"; waiting for it.`,
      ),
  );
  await restoreInotifyLimit();
  // The last one takes the empty folders with it.
  const clusters = clustersDirectory();
  await rmdir(clusters)
    .then(() => rmdir(dirname(clusters)))
    .catch(() => undefined);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
