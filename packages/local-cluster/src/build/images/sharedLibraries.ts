import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';
import type { RootFilesystem } from './rootFilesystem.ts';

/** The shared libraries that a program of this machine loads, at the paths it looks for them. */
export async function sharedLibraries(
  program: string,
): Promise<RootFilesystem> {
  const output = await run('ldd', [program], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  return Object.fromEntries(
    parseLdd(output, program).map(
      path => [path, { type: 'copy', from: path, mode: 0o755 }] as const,
    ),
  );
}

/** The paths in what `ldd` prints. The kernel's own (`linux-vdso`) has none. */
export function parseLdd(output: string, program: string): string[] {
  const paths: string[] = [];
  for (const line of output.split('\n')) {
    const missing = /^\s*(\S+) => not found/.exec(line);
    if (missing) {
      throw new Error(
        `${program} needs the shared library ${missing[1]}, which is not on this system`,
      );
    }
    const path = /^\s*(?:\S+ => )?(\/\S+) \(0x/.exec(line)?.[1];
    if (path !== undefined) {
      paths.push(path);
    }
  }
  return paths;
}

/** The files of a directory at the same path. */
export async function copyOfDirectory(
  directory: string,
): Promise<RootFilesystem> {
  const names = await readdir(directory);
  return Object.fromEntries(
    names.map(
      name =>
        [
          join(directory, name),
          { type: 'copy', from: join(directory, name) },
        ] as const,
    ),
  );
}
