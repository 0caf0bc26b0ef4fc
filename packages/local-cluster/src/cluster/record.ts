import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Charts } from '../build/types.ts';
import type { ClusterNetwork } from './network.ts';
import type { ClusterPaths } from './paths.ts';
import type { Ports } from './ports.ts';

/** What `up` decided for a cluster, and what the other commands need to know of it. */
export interface ClusterRecord {
  name: string;
  /** `node`: control plane and a node; `control-plane`: no node, `reason` says why. */
  kind: 'node' | 'control-plane';
  reason?: string;
  /** Set where the cluster has namespaces of its own; otherwise it is plain processes on the loopback. */
  network?: ClusterNetwork;
  ports: Ports;
  /** Address of the API server, `https://…`. */
  server: string;
  /** The control group below each hierarchy's root, where the cluster has one. */
  cgroup?: string;
  /** Whether `up` came to its end. */
  complete: boolean;
  createdAt: string;
  /** Absolute paths of programs. */
  tools: { helm: string; kubectl: string; kubernetes: string; ctr?: string };
  charts: Charts;
}

/** The record, or undefined when there is no such cluster. */
export async function readRecord(
  paths: ClusterPaths,
): Promise<ClusterRecord | undefined> {
  return readJson<ClusterRecord>(paths.record);
}

/** Writes the record, whole or not at all. */
export async function writeRecord(
  paths: ClusterPaths,
  record: ClusterRecord,
): Promise<void> {
  const next = `${paths.record}.new`;
  await writeFile(next, `${JSON.stringify(record, null, 2)}\n`, {
    mode: 0o600,
  });
  await rename(next, paths.record);
}

/** The content of a JSON file of ours, or undefined when the file isn't there or only half written. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (
      error instanceof SyntaxError ||
      (error as NodeJS.ErrnoException).code === 'ENOENT'
    ) {
      return undefined;
    }
    throw error;
  }
}
