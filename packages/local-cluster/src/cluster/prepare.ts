import { mkdir, readdir } from 'node:fs/promises';
import type { Built } from '../build/types.ts';
import { cgroupOf } from './cgroups.ts';
import { missingForIsolation } from './isolation.ts';
import { withLock } from './lock.ts';
import { chooseNetwork, usedRanges, type UsedRange } from './network.ts';
import { clusterPaths, clustersDirectory, type ClusterPaths } from './paths.ts';
import { freePorts, STANDARD_PORTS } from './ports.ts';
import { readRecord, writeRecord, type ClusterRecord } from './record.ts';
import { removeRemains } from './remove.ts';

/**
 * Decides what the cluster is, takes addresses for it, writes the record, and clears away what an earlier run has left
 * in the system. What that run stored stays: a cluster comes back after the machine was restarted.
 */
export async function prepareCluster(
  name: string,
  paths: ClusterPaths,
  built: Built,
  controlPlaneOnly: boolean,
): Promise<ClusterRecord> {
  const previous = await readRecord(paths);
  await removeRemains(paths);
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  const missing = await missingForIsolation();
  const reason = reasonForNoNode(built, controlPlaneOnly, missing);
  return withLock('addresses', async () => {
    const network = missing
      ? undefined
      : chooseNetwork(
          paths.id,
          [...(await usedRanges()), ...(await recordedRanges(name))],
          previous?.network,
        );
    const ports = network ? STANDARD_PORTS : await freePorts();
    const record: ClusterRecord = {
      name,
      kind: reason ? 'control-plane' : 'node',
      ...(reason && { reason }),
      ...(network && { network, cgroup: cgroupOf(paths) }),
      ports,
      server: `https://${network?.nodeAddress ?? '127.0.0.1'}:${
        ports.apiServer
      }`,
      complete: false,
      createdAt: previous?.createdAt ?? new Date().toISOString(),
      tools: {
        helm: built.helm,
        kubectl: built.kubectl,
        kubernetes: built.kubernetes,
        ...(!reason && built.node.possible && { ctr: built.node.ctr }),
      },
      charts: built.charts,
    };
    await writeRecord(paths, record);
    return record;
  });
}

function reasonForNoNode(
  built: Built,
  controlPlaneOnly: boolean,
  missing: string | undefined,
): string | undefined {
  if (controlPlaneOnly) {
    return 'the control plane alone was asked for';
  }
  return missing ?? (built.node.possible ? undefined : built.node.reason);
}

// Clusters that are just being started have no interface yet, and those that are stopped want theirs again.
async function recordedRanges(except: string): Promise<UsedRange[]> {
  const names = await readdir(clustersDirectory());
  const records = await Promise.all(
    names
      .filter(name => !name.startsWith('.') && name !== except)
      .map(name => readRecord(clusterPaths(name))),
  );
  return records
    .map(record => record?.network?.nodeAddress)
    .filter(address => address !== undefined)
    .map(address => ({ address, prefixLength: 24 }));
}
