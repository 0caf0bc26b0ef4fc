import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RootConfigService } from '@backstage/backend-plugin-api';
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  parseEntityRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { parse, stringify } from 'yaml';

/** Where the entities are kept: `exampleCatalog.directory`, by default in the user's state directory (XDG Base Directory Specification). */
export function catalogDirectory(config: RootConfigService): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local/state');
  return resolve(
    config.getOptionalString('exampleCatalog.directory') ??
      join(state, 'app-network/catalog'),
  );
}

/** Writes an entity, in place of the one of the same kind, namespace and name. */
export async function writeEntity(
  directory: string,
  entity: Entity,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const { kind, namespace, name } = parseEntityRef(stringifyEntityRef(entity));
  const file = join(directory, `${kind}.${namespace}.${name}.yaml`);
  // Whoever reads the directory sees the old file or the new one, never half of it.
  await writeFile(`${file}.new`, stringify(entity));
  await rename(`${file}.new`, file);
}

/** The entities of the directory, and what is wrong with files that hold none. */
export async function readEntities(
  directory: string,
): Promise<{ entities: Entity[]; problems: string[] }> {
  const entities: Entity[] = [];
  const problems: string[] = [];
  const names = await readdir(directory);
  for (const name of names.filter(file => file.endsWith('.yaml')).sort()) {
    const file = join(directory, name);
    try {
      entities.push(located(parse(await readFile(file, 'utf8')), file));
    } catch (error) {
      problems.push(`${file}: ${error}`);
    }
  }
  return { entities, problems };
}

/** The catalog wants to know of every entity where it comes from. */
function located(entity: Entity, file: string): Entity {
  if (!entity?.metadata?.name) {
    throw new Error('found no entity: metadata.name is missing');
  }
  return {
    ...entity,
    metadata: {
      ...entity.metadata,
      annotations: {
        ...entity.metadata.annotations,
        [ANNOTATION_LOCATION]: `file:${file}`,
        [ANNOTATION_ORIGIN_LOCATION]: `file:${file}`,
      },
    },
  };
}
