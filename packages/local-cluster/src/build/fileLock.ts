import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

const SQLITE_BUSY = 5;

export interface LockOptions {
  /** Told once when another process has the lock. */
  onWait?: () => void;
  /** Ends the wait. */
  signal?: AbortSignal;
}

/**
 * Run `action` while no other process does so with the same file. SQLite's lock is the kernel's, on every system: it ends
 * with its holder, however that ends, so there is none to be found stale.
 */
export async function withFileLock<T>(
  path: string,
  action: () => Promise<T>,
  { onWait, signal }: LockOptions = {},
): Promise<T> {
  const database = new DatabaseSync(path);
  try {
    if (!lock(database)) {
      onWait?.();
      do {
        await delay(100, undefined, { signal });
      } while (!lock(database));
    }
    return await action();
  } finally {
    database.close();
  }
}

function lock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) {
      return false;
    }
    throw error;
  }
}
