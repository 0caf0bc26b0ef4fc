import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { InputError } from '@backstage/errors';
import { LineCounter, parseAllDocuments } from 'yaml';

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

/** The manifests in the text of a file, and what is wrong with the others, each with file, line and column. */
export function parseManifests(
  text: string,
  file: string,
): { manifests: KubernetesObject[]; problems: string[] } {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter,
    prettyErrors: false,
  });
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}, line ${line}, column ${col}`;
  };
  const manifests: KubernetesObject[] = [];
  const problems: string[] = [];
  // What parseAllDocuments gives for an empty text is no array of documents, but is empty all the same.
  for (const document of 'empty' in documents ? [] : documents) {
    if (document.errors.length > 0) {
      problems.push(
        ...document.errors.map(
          ({ pos, message }) => `${at(pos[0])}: ${message}`,
        ),
      );
      continue;
    }
    const value: unknown = document.toJS();
    if (value === null || value === undefined) {
      continue;
    }
    const problem = problemOf(value);
    if (problem) {
      problems.push(
        `${at(document.contents?.range?.[0] ?? document.range[0])}: ${problem}`,
      );
    } else {
      manifests.push(value as KubernetesObject);
    }
  }
  return { manifests, problems };
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || Array.isArray(value) || value === null) {
    return `found ${
      Array.isArray(value) ? 'a list' : typeof value
    }, expected a Kubernetes object`;
  }
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>;
  if (typeof apiVersion !== 'string' || !apiVersion) {
    return 'apiVersion is missing';
  }
  if (typeof kind !== 'string' || !kind) {
    return 'kind is missing';
  }
  if (typeof metadata?.name !== 'string' || !metadata.name) {
    return `metadata.name of the ${kind} is missing`;
  }
  return undefined;
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
