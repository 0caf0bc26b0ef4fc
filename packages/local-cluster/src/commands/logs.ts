import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../cluster/errors.ts';
import { clusterPaths } from '../cluster/paths.ts';

/**
 * Prints a component's log, or the last lines of all, and returns the exit code. With `follow` it goes on until it is
 * interrupted.
 */
export async function logs(
  name: string,
  component: string | undefined,
  follow: boolean,
): Promise<number> {
  const directory = clusterPaths(name).logs;
  const files = await readdir(directory).catch(() => {
    throw new UserError(`There is no cluster "${name}".`);
  });
  const available = files
    .filter(file => file.endsWith('.log'))
    .map(file => file.slice(0, -'.log'.length))
    .sort();
  if (component !== undefined && !available.includes(component)) {
    throw new UserError(
      `"${component}" has no log in the cluster "${name}"; there are ${available.join(
        ', ',
      )}.`,
    );
  }
  const shown = component === undefined ? available : [component];
  const tail = spawn(
    'tail',
    [
      component === undefined ? '--lines=10' : '--lines=+1',
      ...(follow ? ['--follow=name'] : []),
      ...shown.map(file => join(directory, `${file}.log`)),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return new Promise((resolve, reject) => {
    tail.on('error', reject);
    tail.on('close', code => resolve(code ?? 0));
  });
}
