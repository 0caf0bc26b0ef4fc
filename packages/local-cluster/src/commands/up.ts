import { writeFile } from 'node:fs/promises';
import { ensureBuilt } from '../build/ensureBuilt.ts';
import type { Built } from '../build/types.ts';
import { applyAddOns } from '../cluster/addOns.ts';
import { apiServer } from '../cluster/apiServer.ts';
import { writeCertificates } from '../cluster/certificates.ts';
import { writeConfiguration } from '../cluster/configuration.ts';
import { raiseInotifyLimit } from '../cluster/hostSettings.ts';
import { importMissing } from '../cluster/images.ts';
import type { Layout } from '../cluster/layout.ts';
import { withLock } from '../cluster/lock.ts';
import { networkPlatform } from '../cluster/networkPlatform.ts';
import { clusterPaths, type ClusterPaths } from '../cluster/paths.ts';
import { prepareCluster } from '../cluster/prepare.ts';
import {
  readRecord,
  writeRecord,
  type ClusterRecord,
} from '../cluster/record.ts';
import { runningSupervisor, startSupervisor } from '../cluster/supervisor.ts';
import {
  waitForApiServer,
  waitForDns,
  waitForNode,
  waitForProcess,
  waitForServiceAccount,
} from '../cluster/waiting.ts';
import type { Progress } from '../progress.ts';

/** What `up` was asked for. */
export interface UpOptions {
  name: string;
  /** No node even where one is possible. */
  controlPlaneOnly: boolean;
  /** Whether missing system packages may be installed. */
  install: boolean;
}

/**
 * Brings the named cluster up, whatever state it is in, and returns its record. A cluster that runs stays as it is.
 * Throws `UserError` and `BuildError` for what the caller can put right.
 */
export async function up(
  options: UpOptions,
  progress: Progress,
): Promise<ClusterRecord> {
  const paths = clusterPaths(options.name);
  return withLock(
    paths.id,
    () => upAlone(options, paths, progress),
    () =>
      progress.line(
        `Another command is at work on the cluster "${options.name}"; waiting for it.`,
      ),
  );
}

async function upAlone(
  { name, controlPlaneOnly, install }: UpOptions,
  paths: ClusterPaths,
  progress: Progress,
): Promise<ClusterRecord> {
  const running = (await runningSupervisor(paths)) && (await readRecord(paths));
  if (running?.complete) {
    progress.line(`The cluster "${name}" is running already.`);
    return running;
  }
  const built = await ensureBuilt({
    install,
    controlPlaneOnly: controlPlaneOnly || running?.kind === 'control-plane',
    report: progress.build,
    notice: progress.line,
  });
  const record =
    running ?? (await prepareCluster(name, paths, built, controlPlaneOnly));
  const layout = layoutOf(record, paths, built);
  if (record.kind === 'control-plane') {
    progress.line(
      `No node: ${record.reason}. Objects can be made, but no pod will run. For a whole cluster take kind, https://kind.sigs.k8s.io, and name it with --context.`,
    );
  }
  if (record.network) {
    await raiseInotifyLimit(progress.line);
  }
  if (!running) {
    await start(layout, record);
  }
  await Promise.all([
    finishControlPlane(layout, record, progress),
    finishNode(layout, progress),
  ]);
  await writeFile(paths.networkPlatform, networkPlatform(record.charts));
  const complete = { ...record, complete: true };
  await writeRecord(paths, complete);
  return complete;
}

function layoutOf(
  { name, network, ports, kind }: ClusterRecord,
  paths: ClusterPaths,
  built: Built,
): Layout {
  return {
    name,
    paths,
    built,
    ports,
    ...(network && { network }),
    ...(kind === 'node' && built.node.possible && { node: built.node }),
  };
}

async function start(layout: Layout, record: ClusterRecord): Promise<void> {
  const { paths, network, name } = layout;
  await writeCertificates(paths.certificates, {
    nodeName: name,
    addresses: network ? [network.nodeAddress] : [],
  });
  await writeConfiguration(layout);
  await startSupervisor(layout, record.cgroup);
}

async function finishControlPlane(
  layout: Layout,
  { server }: ClusterRecord,
  progress: Progress,
): Promise<void> {
  const { paths, node, name } = layout;
  const api = await apiServer(paths, server);
  await progress.step('API server ready', () => waitForApiServer(api, paths));
  await progress.step('Add-ons applied', () => applyAddOns(api, layout));
  if (node) {
    await Promise.all([
      waitForServiceAccount(api, paths),
      progress.step('Calico ready', () => waitForProcess(paths, 'felix')),
      waitForProcess(paths, 'kube-proxy'),
      progress.step('Node ready', () => waitForNode(api, paths, name)),
      progress.step('Cluster DNS ready', () => waitForDns(api, paths)),
    ]);
  }
}

async function finishNode(
  { paths, node }: Layout,
  progress: Progress,
): Promise<void> {
  if (!node) {
    return;
  }
  await waitForProcess(paths, 'containerd');
  const supervisor = await runningSupervisor(paths);
  if (supervisor) {
    await progress.step('Images imported', () =>
      importMissing(
        { ctr: node.ctr, pid: supervisor.pid },
        firstNeededFirst(node.images),
      ),
    );
  }
}

// The cluster's own pods wait for these two.
function firstNeededFirst<T extends { reference: string }>(images: T[]): T[] {
  const isFirst = ({ reference }: T) => /\/(pause|coredns)[:/]/.test(reference);
  return [...images.filter(isFirst), ...images.filter(i => !isFirst(i))];
}
