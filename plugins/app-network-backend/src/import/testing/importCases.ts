import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { parseManifests } from '@app-network/backstage-plugin-app-network-node';
import { resolvePackagePath } from '@backstage/backend-plugin-api';

/** Where the inputs of an import and what they become are. */
export const TESTDATA = resolvePackagePath(
  '@app-network/backstage-plugin-app-network-backend',
  'src/import/testdata',
);

/** Names of all cases. */
export function importCaseNames(): string[] {
  return readdirSync(TESTDATA)
    .filter(file => file.endsWith('.input.yaml'))
    .map(file => file.replace('.input.yaml', ''));
}

export function readImportCase(name: string): KubernetesObject[] {
  const file = `${name}.input.yaml`;
  const { manifests, problems } = parseManifests(
    readFileSync(join(TESTDATA, file), 'utf8'),
    file,
  );
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  return manifests;
}
