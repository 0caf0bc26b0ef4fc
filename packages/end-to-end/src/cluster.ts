import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ExtraName } from '@internal/local-cluster/src/build/types.ts';
import type { ClusterStatus } from '@internal/local-cluster/src/commands/status.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../../..');

/** A local cluster that runs. */
export type LocalCluster = ClusterStatus &
  Required<
    Pick<
      ClusterStatus,
      | 'kubeconfig'
      | 'kubectl'
      | 'helm'
      | 'auditLog'
      | 'hostAddress'
      | 'networkPlatform'
    >
  >;

/** The local cluster of this name, which must be running. */
export async function localCluster(name: string): Promise<LocalCluster> {
  const { stdout } = await run(
    'npm',
    [
      ...['run', '--silent', 'cluster', '--'],
      ...['status', '--name', name, '--json'],
    ],
    { cwd: ROOT },
  );
  const status = JSON.parse(stdout) as LocalCluster;
  if (!status.running) {
    throw new Error(`The local cluster ${name} is not running.`);
  }
  return status;
}

/** Builds what a local cluster doesn't have from the start, and brings it into the node; its chart is in the status that is returned. */
export async function addToCluster(
  { name }: LocalCluster,
  what: ExtraName,
): Promise<LocalCluster> {
  await run(
    'npm',
    ['run', '--silent', 'cluster', '--', 'add', what, '--name', name],
    { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
  );
  return localCluster(name);
}

/** Runs kubectl and returns what it printed. Fails with what it wrote to standard error. */
export async function kubectl(
  cluster: LocalCluster,
  args: string[],
  input?: string,
): Promise<string> {
  return (await kubectlOutput(cluster, args, input)).stdout;
}

/** The same with its warnings, which go to standard error. */
export function kubectlOutput(
  cluster: LocalCluster,
  args: string[],
  input?: string,
): Promise<{ stdout: string; stderr: string }> {
  const running = run(
    cluster.kubectl,
    ['--kubeconfig', cluster.kubeconfig, ...args],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  // One that ends before it has read all of it says why by itself.
  running.child.stdin?.on('error', () => undefined).end(input);
  return running;
}

/** Applies objects as `kubectl apply` does. */
export async function apply(
  cluster: LocalCluster,
  objects: object[],
): Promise<void> {
  await kubectl(
    cluster,
    ['apply', '--filename', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );
}

/** One object, parsed. */
export async function getObject<T>(
  cluster: LocalCluster,
  kind: string,
  name: string,
  namespace?: string,
): Promise<T> {
  const printed = await kubectl(cluster, [
    'get',
    kind,
    name,
    ...(namespace ? ['--namespace', namespace] : []),
    '--output',
    'json',
  ]);
  return JSON.parse(printed) as T;
}

/** A Kubernetes object, as far as the tests look at any. */
export interface KubernetesObject {
  spec?: unknown;
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

/** Everything in the cluster with this label, of every kind that can be listed. */
export async function everythingLabelled(
  cluster: LocalCluster,
  label: string,
): Promise<KubernetesObject[]> {
  const kinds = await kubectl(cluster, [
    'api-resources',
    '--verbs=list',
    '--output=name',
  ]);
  const printed = await kubectl(cluster, [
    'get',
    // Events are a log of what was, and metrics are not objects at all.
    kinds
      .trim()
      .split('\n')
      .filter(kind => !/^events|metrics\.k8s\.io$/.test(kind))
      .join(','),
    '--all-namespaces',
    '--selector',
    label,
    '--ignore-not-found',
    '--output',
    'json',
  ]);
  return printed.trim() === ''
    ? []
    : (JSON.parse(printed) as { items: KubernetesObject[] }).items;
}

/** How an object is named in messages. */
export function describeObject({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${
    metadata.name
  }`;
}
