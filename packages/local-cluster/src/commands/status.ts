import { readFile, readdir } from 'node:fs/promises';
import { clusterPaths } from '../cluster/paths.ts';
import { readRecord, type ClusterRecord } from '../cluster/record.ts';
import {
  processReports,
  runningSupervisor,
  type ProcessReport,
} from '../cluster/supervisor.ts';

/** One process of a cluster. */
export interface ComponentStatus {
  name: string;
  /** On the host; 0: not running. */
  pid: number;
  ready: boolean;
  restarts: number;
  /** Resident memory; 0 when not known. */
  memoryBytes: number;
}

/** What `status --json` prints. Paths are absolute. */
export interface ClusterStatus {
  name: string;
  running: boolean;
  /** Whether pods run. */
  nodeRunning: boolean;
  /** Why there is no node, where there is none. */
  reason?: string;
  kubeconfig?: string;
  context?: string;
  server?: string;
  nodeAddress?: string;
  /** The host as the node and its pods see it, for instance to call a webhook on it. */
  hostAddress?: string;
  /** The host's network interface to the cluster. */
  hostInterface?: string;
  /** CIDR; its addresses are reached from this host. */
  loadBalancerRange?: string;
  helm?: string;
  kubectl?: string;
  charts?: ClusterRecord['charts'];
  /** Path of a `NetworkPlatform` for this cluster, YAML. */
  networkPlatform?: string;
  /** Path of the API server's audit log, one JSON object a line: the metadata of each write. */
  auditLog?: string;
  components: ComponentStatus[];
}

/** The state of the named cluster; `running` is false when there is none. */
export async function status(name: string): Promise<ClusterStatus> {
  const paths = clusterPaths(name);
  const record = await readRecord(paths);
  const supervisor = await runningSupervisor(paths);
  if (!record) {
    return { name, running: false, nodeRunning: false, components: [] };
  }
  const components = supervisor
    ? await componentsOf(supervisor.pid, await processReports(paths))
    : [];
  const isReady = (component: string) =>
    components.some(({ name: n, ready }) => n === component && ready);
  const { network, tools } = record;
  return {
    name,
    running: supervisor !== undefined && isReady('kube-apiserver'),
    nodeRunning: supervisor !== undefined && isReady('kubelet'),
    ...(record.reason && { reason: record.reason }),
    kubeconfig: paths.kubeconfig,
    context: name,
    server: record.server,
    ...(network && {
      nodeAddress: network.nodeAddress,
      hostAddress: network.hostAddress,
      hostInterface: network.hostInterface,
      loadBalancerRange: network.loadBalancerRange,
    }),
    helm: tools.helm,
    kubectl: tools.kubectl,
    charts: record.charts,
    networkPlatform: paths.networkPlatform,
    auditLog: paths.auditLog,
    components,
  };
}

/** The same for people. */
export function describeStatus(found: ClusterStatus): string {
  const lines = [
    `${found.name}: ${found.running ? 'running' : 'not running'}`,
    ...(found.reason ? [`No node: ${found.reason}.`] : []),
  ];
  const facts: Array<[string, string | undefined]> = [
    ['API server', found.server],
    ['kubeconfig', found.kubeconfig],
    ['node', found.nodeAddress],
    ['this host, seen from there', found.hostAddress],
    ['load balancers', found.loadBalancerRange],
    ['platform', found.networkPlatform],
  ];
  for (const [title, value] of facts) {
    if (value) {
      lines.push(`  ${title}: ${value}`);
    }
  }
  for (const { name, pid, ready, restarts, memoryBytes } of found.components) {
    const state = ready ? 'ready' : 'not ready';
    const memory = `${Math.round(memoryBytes / 1024 / 1024)} MiB`;
    lines.push(
      `  ${name.padEnd(26)} ${state.padEnd(9)} process ${pid}, ${memory}${
        restarts ? `, ${restarts} restarts` : ''
      }`,
    );
  }
  return lines.join('\n');
}

// The supervisor knows its children by their numbers in the node; the host has others.
async function componentsOf(
  supervisor: number,
  reports: ProcessReport[],
): Promise<ComponentStatus[]> {
  const children = await childrenOf(supervisor);
  return reports.map(({ name, pid, ready, restarts }) => {
    const child = pid === 0 ? undefined : children.get(pid);
    return {
      name,
      pid: child?.pid ?? pid,
      ready,
      restarts,
      memoryBytes: child?.memoryBytes ?? 0,
    };
  });
}

async function childrenOf(
  parent: number,
): Promise<Map<number, { pid: number; memoryBytes: number }>> {
  const children = new Map<number, { pid: number; memoryBytes: number }>();
  const tasks = await readdir(`/proc/${parent}/task`).catch(() => []);
  for (const task of tasks) {
    const path = `/proc/${parent}/task/${task}/children`;
    const list = await readFile(path, 'utf8').catch(() => '');
    for (const pid of list.trim().split(' ').filter(Boolean)) {
      const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(
        () => '',
      );
      const inNode = /^NSpid:.*\s(\d+)$/m.exec(text)?.[1] ?? pid;
      const kibibytes = /^VmRSS:\s*(\d+) kB$/m.exec(text)?.[1] ?? '0';
      children.set(Number(inNode), {
        pid: Number(pid),
        memoryBytes: Number(kibibytes) * 1024,
      });
    }
  }
  return children;
}
