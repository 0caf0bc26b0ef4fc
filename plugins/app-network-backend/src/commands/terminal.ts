import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { parseManifests } from '@app-network/backstage-plugin-app-network-node';
import { toError } from '@backstage/errors';
import { stringify } from 'yaml';

/** Where a command writes: what it makes to one, what there is to say about it to the other. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** Options that the commands have in common. */
export const COMMON_OPTIONS = {
  context: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  kubeconfig: { type: 'string' },
  name: { type: 'string' },
  namespace: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

/** What a command was given and can't work with. */
export class UsageError extends Error {}

/**
 * Reads the manifests of files; `-` is the standard input. Paths are relative to where the user is, which npm says.
 *
 * @throws UsageError that names every place that is no manifest
 */
export async function readFiles(
  files: readonly string[],
): Promise<KubernetesObject[]> {
  const parsed = await Promise.all(
    files.map(async file => parseManifests(await readText(file), file)),
  );
  const problems = parsed.flatMap(result => result.problems);
  if (problems.length > 0) {
    throw new UsageError(problems.join('\n'));
  }
  return parsed.flatMap(({ manifests }) => manifests);
}

/** A path as the user means it: npm runs scripts in the folder of package.json. */
export function userPath(file: string): string {
  return path.resolve(process.env.INIT_CWD ?? '.', file);
}

/** Objects as YAML documents, for readers of YAML 1.1, as kubectl is, and of 1.2: `yes` is written as "yes". */
export function toYaml(objects: readonly object[]): string {
  return objects
    .map(object =>
      stringify(object, {
        version: '1.1',
        aliasDuplicateObjects: false,
        lineWidth: 0,
      }),
    )
    .join('---\n');
}

function readText(file: string): Promise<string> {
  return readFile(file === '-' ? '/dev/stdin' : userPath(file), 'utf8').catch(
    error => {
      throw new UsageError(`${file} can't be read: ${toError(error).message}`);
    },
  );
}
