import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { parseManifests } from '@app-network/backstage-plugin-app-network-node';
import { InputError } from '@backstage/errors';

/**
 * Reads the manifests of a folder and the folders in it: every document of every .yaml and .yml file, by file name.
 *
 * @param folder - absolute path
 * @param root - absolute path that the files are named relative to in errors
 * @throws InputError naming every file and line that is no manifest
 */
export async function readManifests(
  folder: string,
  root: string,
): Promise<KubernetesObject[]> {
  const files = await yamlFiles(folder, root);
  const problems: string[] = [];
  const manifests: KubernetesObject[] = [];
  for (const file of files) {
    const name = relative(root, file);
    const parsed = parseManifests(await readFile(file, 'utf8'), name);
    problems.push(...parsed.problems);
    manifests.push(...parsed.manifests);
  }
  if (problems.length > 0) {
    throw new InputError(problems.join('\n'));
  }
  if (manifests.length === 0) {
    throw new InputError(
      `Folder ${
        relative(root, folder) || '.'
      } has no manifests: expected .yaml or .yml files with Kubernetes objects`,
    );
  }
  return manifests;
}

async function yamlFiles(folder: string, root: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, {
      recursive: true,
      withFileTypes: true,
    });
    return entries
      .filter(entry => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map(entry => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw new InputError(
      `Folder ${relative(root, folder) || '.'} of the workspace cannot be read`,
      error,
    );
  }
}
