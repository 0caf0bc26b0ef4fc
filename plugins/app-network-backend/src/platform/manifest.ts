import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { CORE_SCHEMA, load } from 'js-yaml';

/** A document of what Helm has rendered. */
export interface ManifestDocument {
  object: KubernetesObject;
  /** The file in the chart that it comes from, such as `istiod/templates/deployment.yaml`; may be empty. */
  source: string;
}

/**
 * Reads what Helm has rendered. A chart's kinds are megabytes, so others get their turn between documents.
 *
 * @param options - `definitions: false` leaves CustomResourceDefinitions out, unread
 * @throws naming the file whose YAML can't be read
 */
export async function readManifest(
  text: string,
  { definitions = true }: { definitions?: boolean } = {},
): Promise<ManifestDocument[]> {
  const documents: ManifestDocument[] = [];
  let source = '';
  for (const part of text.split(/^---.*$/m)) {
    source = /^# Source: (.+)$/m.exec(part)?.[1] ?? source;
    if (!definitions && /^kind: CustomResourceDefinition\s*$/m.test(part)) {
      continue;
    }
    for (const object of objectsOf(read(part, source))) {
      documents.push({ object, source });
    }
    await nextTurn();
  }
  return documents;
}

function read(text: string, source: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA });
  } catch (error) {
    throw new Error(`${source || 'The manifest'} is no YAML: ${error}`);
  }
}

function objectsOf(document: unknown): KubernetesObject[] {
  const object = document as
    | (KubernetesObject & { items?: unknown[] })
    | undefined
    | null;
  if (!object?.kind) {
    return [];
  }
  return object.kind === 'List' && object.items
    ? object.items.flatMap(objectsOf)
    : [object];
}
