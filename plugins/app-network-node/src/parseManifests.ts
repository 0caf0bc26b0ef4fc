import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { LineCounter, parseAllDocuments } from 'yaml';

/**
 * The manifests in the text of a file, and what is wrong with the others, each with file, line and column. A `List`, as
 * `kubectl get -o yaml` prints it, stands for its items.
 *
 * @param file - name of the file, for messages
 * @public
 */
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
    for (const item of itemsOf(value)) {
      const problem = problemOf(item);
      if (problem) {
        problems.push(
          `${at(
            document.contents?.range?.[0] ?? document.range[0],
          )}: ${problem}`,
        );
      } else {
        manifests.push(item as KubernetesObject);
      }
    }
  }
  return { manifests, problems };
}

function itemsOf(value: unknown): unknown[] {
  const { kind, items } = value as { kind?: unknown; items?: unknown };
  return kind === 'List' && Array.isArray(items) ? items : [value];
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
