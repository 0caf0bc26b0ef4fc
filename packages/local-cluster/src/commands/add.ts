import { writeFile } from 'node:fs/promises';
import { ensureExtra } from '../build/ensureExtra.ts';
import type { BuiltExtra, ExtraName } from '../build/types.ts';
import { UserError } from '../cluster/errors.ts';
import { importMissing } from '../cluster/images.ts';
import { withLock } from '../cluster/lock.ts';
import { networkPlatform } from '../cluster/networkPlatform.ts';
import { clusterPaths } from '../cluster/paths.ts';
import { readRecord, writeRecord } from '../cluster/record.ts';
import { runningSupervisor } from '../cluster/supervisor.ts';
import type { Progress } from '../progress.ts';

/**
 * Builds something that a cluster doesn't have from the start, brings its image into the node of the named cluster, and notes its chart
 * where `status` and the cluster's `NetworkPlatform` find it. Nothing is installed.
 */
export async function add(
  extra: ExtraName,
  name: string,
  install: boolean,
  progress: Progress,
): Promise<BuiltExtra> {
  const paths = clusterPaths(name);
  const built = await ensureExtra(extra, {
    install,
    report: progress.build,
    notice: progress.line,
  });
  return withLock(paths.id, async () => {
    const record = await readRecord(paths);
    const supervisor = await runningSupervisor(paths);
    if (!record?.complete || !supervisor) {
      throw new UserError(`The cluster "${name}" is not running.`);
    }
    const { ctr } = record.tools;
    if (!ctr) {
      throw new UserError(
        `The cluster "${name}" has no node to hold images: ${record.reason}.`,
      );
    }
    await importMissing({ ctr, pid: supervisor.pid }, [built.image]);
    const charts = { ...record.charts, [extra]: built.chart };
    await writeFile(paths.networkPlatform, networkPlatform(charts));
    await writeRecord(paths, { ...record, charts });
    return built;
  });
}
