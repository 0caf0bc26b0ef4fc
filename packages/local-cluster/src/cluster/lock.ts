import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clustersDirectory } from './paths.ts';
import { isRunning, processStat, type ProcessIdentity } from './supervisor.ts';

/**
 * Runs `action` while no other process of this user is in the same-named section. A lock whose holder is gone is taken
 * over. `onWait` is told the process that is waited for, once.
 */
export async function withLock<T>(
  section: string,
  action: () => Promise<T>,
  onWait: (pid: number) => void = () => undefined,
): Promise<T> {
  const directory = clustersDirectory();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `.${section}.lock`);
  let told = false;
  while (!(await take(path))) {
    const holder = await holderOf(path);
    if (holder === 'gone') {
      await rm(path, { force: true });
    } else {
      if (holder && !told) {
        onWait(holder.pid);
        told = true;
      }
      await delay(100);
    }
  }
  try {
    return await action();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  const startTime = (await processStat(process.pid))?.startTime ?? '';
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(JSON.stringify({ pid: process.pid, startTime }));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

async function holderOf(
  path: string,
): Promise<ProcessIdentity | 'gone' | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity;
    return (await isRunning(holder)) ? holder : 'gone';
  } catch {
    return undefined; // just released, or not yet written
  }
}
