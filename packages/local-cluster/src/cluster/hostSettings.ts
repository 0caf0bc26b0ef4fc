import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import { clustersDirectory } from './paths.ts';
import { readJson } from './record.ts';

// A cluster takes two dozen of the 128 inotify instances that a user has by default, and its pods take more.
const SETTING = '/proc/sys/fs/inotify/max_user_instances';
const WANTED = 1024;

interface Raised {
  from: number;
  to: number;
}

/** Lets more than a few clusters watch their files; what it was before comes back with the last `down`. */
export async function raiseInotifyLimit(
  notice: (line: string) => void,
): Promise<void> {
  await withLock('host-settings', async () => {
    const from = await currentLimit();
    if (from === undefined || from >= WANTED) {
      return;
    }
    const raised: Raised = { from, to: WANTED };
    try {
      await writeFile(recordPath(), JSON.stringify(raised));
      await writeFile(SETTING, `${WANTED}\n`);
    } catch {
      // As in a container that may not: then there is room for the first few clusters.
      await rm(recordPath(), { force: true });
      return;
    }
    notice(
      `Raised fs.inotify.max_user_instances from ${from} to ${WANTED} for as long as there is a cluster.`,
    );
  });
}

/** Takes `raiseInotifyLimit` back when no cluster is left, unless somebody has set the limit since. */
export async function restoreInotifyLimit(): Promise<void> {
  await withLock('host-settings', async () => {
    const names = await readdir(clustersDirectory()).catch(() => []);
    if (names.some(name => !name.startsWith('.'))) {
      return;
    }
    const raised = await readJson<Raised>(recordPath());
    if (raised && (await currentLimit()) === raised.to) {
      await writeFile(SETTING, `${raised.from}\n`);
    }
    await rm(recordPath(), { force: true });
  });
}

async function currentLimit(): Promise<number | undefined> {
  const text = await readFile(SETTING, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}

function recordPath(): string {
  return join(clustersDirectory(), '.host-settings.json');
}
