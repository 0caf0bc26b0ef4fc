import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HelmRelease } from '../components/types';
import { chartField, type Helm } from '../helm';
import { chartAddress } from './approvedCharts';

/**
 * Charts of repositories, each kept by its contents, so that what was planned is installed whatever the repository has by then. A chart in
 * the file system is the user's own, and stays where it is.
 */
export interface ChartStore {
  /** Gets a release's chart as its repository has it now, and returns its path. */
  pull(release: HelmRelease, options: { signal: AbortSignal }): Promise<string>;
  /**
   * The path of the chart that a release is installed from: the one that was approved, or where none was, the one that its repository has
   * now.
   *
   * @throws where the approved one is not in the store, such as after a restart, and the repository has another by now
   */
  find(release: HelmRelease, options: { signal: AbortSignal }): Promise<string>;
  /** Removes all charts. */
  close(): Promise<void>;
}

export function createChartStore({ helm }: { helm: Helm }): ChartStore {
  let made: Promise<string> | undefined;
  const folder = () => {
    made ??= mkdtemp(join(tmpdir(), 'app-network-charts-'));
    return made;
  };
  const pathOf = async (digest: string) =>
    join(await folder(), `${digest}.tgz`);

  /** @returns the digest of what was pulled */
  const pull = async (
    release: HelmRelease,
    options: { signal: AbortSignal },
  ): Promise<string> => {
    const own = await mkdtemp(join(await folder(), 'pull-'));
    try {
      const pulled = await helm.pull(release, own, options);
      const digest = createHash('sha256')
        .update(await readFile(pulled))
        .digest('hex');
      await rename(pulled, await pathOf(digest));
      return digest;
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  };

  return {
    async pull(release, options) {
      const { path } = release.source;
      return path
        ? ownChart(release, path)
        : pathOf(await pull(release, options));
    },
    async find(release, options) {
      const { approved, source } = release;
      if (source.path) {
        return ownChart(release, source.path);
      }
      if (approved && (await exists(await pathOf(approved)))) {
        return pathOf(approved);
      }
      const digest = await pull(release, options);
      if (approved && digest !== approved) {
        throw new Error(
          `The chart ${chartAddress(
            release,
          )} is not the one that was approved: its SHA-256 was ${approved} and is ${digest}. Plan the platform again and approve what the repository has now, or have it serve the approved chart.`,
        );
      }
      return pathOf(digest);
    },
    async close() {
      if (made) {
        await rm(await made, { recursive: true, force: true });
      }
    },
  };
}

async function ownChart(release: HelmRelease, path: string): Promise<string> {
  if (await exists(path)) {
    return path;
  }
  throw new Error(
    `The chart's path ${path} does not exist on the machine of the backend. Put the chart there, or name another place in ${chartField(
      release,
    )}.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
