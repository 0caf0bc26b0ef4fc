import { mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { withFileLock } from '../build/fileLock.ts';

/**
 * Runs `action` while no other process of this user is in the same-named section. `onWait` is told once when one is.
 * The locks' empty files stay: removing a file that another process may be waiting for lets two in.
 */
export async function withLock<T>(
  section: string,
  action: () => Promise<T>,
  onWait: () => void = () => undefined,
): Promise<T> {
  const directory = join(tmpdir(), `app-network-locks-${userInfo().uid}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return withFileLock(join(directory, section), action, { onWait });
}
