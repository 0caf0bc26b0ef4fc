import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What `npm run cluster -- status --json` tells, as far as the tests need it. */
export interface LocalCluster {
  name: string;
  kubeconfig: string;
  kubectl: string;
}

/** The local cluster of this name, which must be running. */
export async function localCluster(name: string): Promise<LocalCluster> {
  const { stdout } = await run('npm', [
    'run',
    '--silent',
    'cluster',
    '--',
    'status',
    '--name',
    name,
    '--json',
  ]);
  return JSON.parse(stdout);
}

/** Runs kubectl and returns what it printed. Fails with what it wrote to standard error. */
export async function kubectl(
  cluster: LocalCluster,
  ...args: string[]
): Promise<string> {
  const { stdout } = await run(
    cluster.kubectl,
    ['--kubeconfig', cluster.kubeconfig, ...args],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout;
}

/** Names of everything in the cluster with this label, of every kind that can be listed, as `<kind>/<namespace>/<name>`. */
export async function everythingLabelled(
  cluster: LocalCluster,
  label: string,
): Promise<string[]> {
  const kinds = await kubectl(
    cluster,
    'api-resources',
    '--verbs=list',
    '--output=name',
  );
  const printed = await kubectl(
    cluster,
    'get',
    // Events are a log of what was, not objects that somebody made.
    kinds
      .trim()
      .split('\n')
      .filter(kind => !kind.startsWith('events'))
      .join(','),
    '--all-namespaces',
    '--selector',
    label,
    '--ignore-not-found',
    '--output',
    'json',
  );
  if (printed.trim() === '') {
    return [];
  }
  const { items } = JSON.parse(printed) as {
    items: {
      kind: string;
      metadata: { namespace?: string; name: string };
    }[];
  };
  return items
    .map(
      ({ kind, metadata }) =>
        `${kind}/${metadata.namespace ?? ''}/${metadata.name}`,
    )
    .sort();
}
