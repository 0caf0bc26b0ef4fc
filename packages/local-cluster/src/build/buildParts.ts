import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createEntry,
  digestOf,
  findEntry,
  lastDuration,
  rememberDuration,
} from './cache.ts';
import type { GoToolchain } from './go.ts';
import type { Part, PartContext } from './part.ts';
import { startPart, type PartReport, type PlannedPart } from './progress.ts';
import { BuildError, type BuildOptions, type PartName } from './types.ts';

/**
 * Build those parts that aren't in the cache, one after the other, and note in `context` where each one is. `skipped`
 * is how many steps were reported before these.
 */
export async function buildParts(
  root: string,
  parts: Part[],
  go: GoToolchain,
  context: PartContext,
  options: BuildOptions,
  skipped: number,
): Promise<void> {
  const total = parts.length + skipped;
  const stop = new AbortController();
  const signal = options.signal
    ? AbortSignal.any([options.signal, stop.signal])
    : stop.signal;
  let downloads: Downloads | undefined;
  try {
    for (const [index, part] of parts.entries()) {
      const digest = await digestOfInputs(part, go, context);
      const plan = await planned(root, part, index + 1 + skipped, total);
      const report = startPart(plan, options.report);
      let directory = await findEntry(root, part.name, digest);
      if (directory) {
        report.cached();
      } else {
        report.step('looking');
        downloads ??= await startDownloads(
          root,
          parts.slice(index),
          go,
          context,
          signal,
        );
        directory = await buildPart(
          root,
          part,
          digest,
          { ...context, run: { signal } },
          downloads,
          report,
        );
      }
      context.digests[part.name] = digest;
      context.directories[part.name] = directory;
    }
  } catch (error) {
    stop.abort();
    throw error;
  }
}

async function buildPart(
  root: string,
  part: Part,
  digest: string,
  context: Parameters<Part['build']>[1],
  downloads: Downloads,
  report: PartReport,
): Promise<string> {
  const log = join(root, part.name, 'build.log');
  let built = false;
  try {
    const directory = await createEntry(root, {
      part: part.name,
      digest,
      onWait: () => report.step('waiting for another build'),
      signal: context.run.signal,
      async build(unfinished) {
        await rm(log, { force: true });
        if (downloads.has(part.name)) {
          report.step('downloading');
          await downloads.get(part.name);
        }
        report.step('building');
        await part.build(unfinished, {
          ...context,
          run: { ...context.run, log },
        });
        built = true;
      },
    });
    const seconds = report.done();
    if (built) {
      await rememberDuration(root, part.name, seconds);
    }
    return directory;
  } catch (error) {
    report.failed();
    if (error instanceof BuildError) {
      throw new BuildError(
        `${part.title} could not be built. ${error.message}`,
        { cause: error },
      );
    }
    throw error;
  }
}

type Downloads = Map<PartName, Promise<void>>;

/** Fetch what the parts need one after the other, so that the network is used while the processors build. */
async function startDownloads(
  root: string,
  parts: Part[],
  go: GoToolchain,
  context: PartContext,
  signal: AbortSignal,
): Promise<Downloads> {
  const downloads: Downloads = new Map();
  let previous = Promise.resolve();
  for (const part of parts) {
    const { name, download } = part;
    if (
      download &&
      !(await findEntry(root, name, await digestOfInputs(part, go, context)))
    ) {
      const log = join(root, name, 'download.log');
      const next = previous.then(async () => {
        await mkdir(join(root, name), { recursive: true });
        await rm(log, { force: true });
        await download({ signal, log });
      });
      // Told by the part that waits for it, if it comes to that.
      previous = next.catch(() => undefined);
      downloads.set(name, next);
    }
  }
  return downloads;
}

async function digestOfInputs(
  part: Part,
  go: GoToolchain,
  context: PartContext,
): Promise<string> {
  return digestOf([
    part.name,
    JSON.stringify(go),
    ...(await part.inputs(context)),
  ]);
}

/** What is known of a part before it begins: how long it took the last time, or might take. */
export async function planned(
  root: string,
  {
    name,
    title,
    estimatedSeconds,
  }: Pick<Part, 'name' | 'title' | 'estimatedSeconds'>,
  index: number,
  total: number,
): Promise<PlannedPart> {
  const measured = await lastDuration(root, name);
  return {
    name,
    title,
    index,
    total,
    expectedSeconds: measured ?? estimatedSeconds,
    expectedIsMeasured: measured !== undefined,
  };
}
