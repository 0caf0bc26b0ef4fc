import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { ROOT } from './processes.ts';

/** A cluster as in `appNetwork.clusters` of app-config. */
export interface ClusterEntry {
  name: string;
  title?: string;
  kubeconfig?: string;
  context?: string;
  /** Its admission webhook, at the address from which the portal reaches it. */
  admission?: { listen: { port: number } };
}

/** The repository's app-config files, those of this machine included. */
export function appConfigFiles(): string[] {
  return ['app-config.yaml', 'app-config.local.yaml']
    .map(file => path.join(ROOT, file))
    .filter(file => existsSync(file));
}

/**
 * Names of the clusters that the app-config files have.
 *
 * @throws when a file is no YAML
 */
export async function configuredClusters(files: string[]): Promise<string[]> {
  let names: string[] = [];
  for (const file of files) {
    // The last file that has the list decides, as in Backstage.
    const config = parse(await readFile(file, 'utf8')) as {
      appNetwork?: { clusters?: Partial<ClusterEntry>[] };
    } | null;
    const clusters = config?.appNetwork?.clusters;
    if (Array.isArray(clusters)) {
      names = clusters.map(({ name }) => name ?? 'without a name');
    }
  }
  return names;
}

/** Writes what `npm start` adds to app-config, and returns the file's path. */
export async function writeStartConfig(
  directory: string,
  {
    url,
    port,
    clusters,
  }: { url: string; port: number; clusters?: ClusterEntry[] },
): Promise<string> {
  const file = path.join(directory, 'app-config.start.yaml');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(
    file,
    stringify({
      app: { baseUrl: url },
      backend: { baseUrl: url, listen: { port }, cors: { origin: url } },
      ...(clusters ? { appNetwork: { clusters } } : {}),
    }),
    { mode: 0o600 },
  );
  return file;
}
