import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../cluster/errors.ts';

/** A cluster that the person runs: a context of their kubeconfig. */
export interface NamedContext {
  context: string;
  kubeconfig: string;
  server: string;
}

interface Kubeconfig {
  contexts?: Array<{ name: string; context?: { cluster?: string } }>;
  clusters?: Array<{ name: string; cluster?: { server?: string } }>;
}

/** Finds the context in $KUBECONFIG or ~/.kube/config. Throws a `UserError` that names the contexts there are. */
export async function namedContext(context: string): Promise<NamedContext> {
  const files = (process.env.KUBECONFIG || join(homedir(), '.kube', 'config'))
    .split(delimiter)
    .filter(Boolean);
  const found: string[] = [];
  for (const kubeconfig of files) {
    const { contexts = [], clusters = [] } = await read(kubeconfig);
    const entry = contexts.find(({ name }) => name === context);
    if (entry) {
      const cluster = clusters.find(c => c.name === entry.context?.cluster);
      return { context, kubeconfig, server: cluster?.cluster?.server ?? '' };
    }
    found.push(...contexts.map(({ name }) => name));
  }
  throw new UserError(
    `--context: there is no context "${context}" in ${files.join(
      ', ',
    )}; there ${found.length > 0 ? `are ${found.join(', ')}` : 'is none'}.`,
  );
}

async function read(path: string): Promise<Kubeconfig> {
  try {
    return (parse(await readFile(path, 'utf8')) as Kubeconfig | null) ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return {};
    }
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
}
