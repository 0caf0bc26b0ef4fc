import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cacheRoot,
  createEntry,
  digestOf,
  findEntry,
  lastDuration,
  rememberDuration,
} from './cache.ts';
import { findGo, type GoToolchain } from './go.ts';
import { directoryOf, type Part, type PartContext } from './part.ts';
import { builtCharts, charts } from './parts/charts.ts';
import {
  certManager,
  coredns,
  helm,
  istio,
  pause,
} from './parts/components.ts';
import { envoy } from './parts/envoy.ts';
import { images, readImages } from './parts/images.ts';
import { agnhost, kubernetes } from './parts/kubernetes.ts';
import { calico, containerd } from './parts/node.ts';
import { startPart, type PartReport, type PlannedPart } from './progress.ts';
import {
  ensureChromium,
  ensureSystemTools,
  isSystemComplete,
  nodeImpossible,
  type SystemTools,
} from './system.ts';
import {
  BuildError,
  type BuildOptions,
  type Built,
  type BuiltNode,
  type PartName,
} from './types.ts';
import { readVersions, type Versions } from './versions.ts';

/**
 * Build what isn't there yet and tell where everything is. Safe to repeat and to run twice at once: a part is built once,
 * and what is there already is only looked up.
 *
 * @throws BuildError with a message for the person: a tool that is missing, a build that failed
 */
export async function ensureBuilt(options: BuildOptions): Promise<Built> {
  const root = cacheRoot();
  const reason = options.controlPlaneOnly
    ? 'the control plane alone was asked for'
    : nodeImpossible();
  const versions = await readVersions();
  const parts = partsFor(versions, reason === undefined);
  const go = await findGo(goModules(reason === undefined));

  const context: PartContext = { digests: {}, directories: {} };
  if (reason === undefined) {
    context.system = await prepareSystem(root, parts.length + 1, options);
  }
  const chromium = options.chromium ? await ensureChromium(options) : undefined;

  await buildParts(root, parts, go, context, options);

  const kubernetesDirectory = directoryOf(context, 'kubernetes');
  return {
    kubernetes: join(kubernetesDirectory, 'kubernetes'),
    kubectl: join(kubernetesDirectory, 'kubectl'),
    helm: join(directoryOf(context, 'helm'), 'helm'),
    charts: builtCharts(directoryOf(context, 'charts'), versions),
    node: context.system
      ? { possible: true, ...(await builtNode(context, context.system)) }
      : { possible: false, reason: reason ?? '' },
    ...(chromium === undefined ? {} : { chromium }),
  };
}

/** In the order in which they are built: what a first look at the cluster needs comes first. */
function partsFor(versions: Versions, node: boolean): Part[] {
  const controlPlane = [kubernetes(versions), helm(versions), charts(versions)];
  if (!node) {
    return controlPlane;
  }
  const [first, ...rest] = controlPlane as [Part, ...Part[]];
  return [
    first,
    containerd(versions),
    calico(),
    pause(versions),
    coredns(versions),
    agnhost(versions),
    istio(versions),
    certManager(versions),
    envoy(),
    images(versions),
    ...rest,
  ];
}

function goModules(node: boolean): string[] {
  return [
    'kubernetes',
    'helm',
    'istio',
    'cert-manager',
    ...(node ? ['containerd', 'calico', 'pause', 'coredns'] : []),
  ];
}

async function prepareSystem(
  root: string,
  total: number,
  options: BuildOptions,
): Promise<SystemTools> {
  if (await isSystemComplete()) {
    return ensureSystemTools(options);
  }
  const directory = join(root, 'system');
  await mkdir(directory, { recursive: true });
  const plan = await planned(
    root,
    { name: 'system', title: 'System packages', estimatedSeconds: 15 },
    1,
    total,
  );
  const report = startPart(plan, options.report);
  if (options.install) {
    report.step('installing');
  }
  try {
    const system = await ensureSystemTools({
      ...options,
      log: join(directory, 'build.log'),
    });
    await rememberDuration(root, 'system', report.done());
    return system;
  } catch (error) {
    report.failed();
    throw error;
  }
}

async function buildParts(
  root: string,
  parts: Part[],
  go: GoToolchain,
  context: PartContext,
  options: BuildOptions,
): Promise<void> {
  const total = parts.length + (context.system ? 1 : 0);
  const stop = new AbortController();
  const signal = options.signal
    ? AbortSignal.any([options.signal, stop.signal])
    : stop.signal;
  let downloads: Downloads | undefined;
  try {
    for (const [index, part] of parts.entries()) {
      const digest = await digestOfInputs(part, go, context);
      const plan = await planned(
        root,
        part,
        index + 1 + total - parts.length,
        total,
      );
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
      const next = previous.then(() => download({ signal }));
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

async function planned(
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

async function builtNode(
  context: PartContext,
  system: SystemTools,
): Promise<BuiltNode> {
  const containerdDirectory = directoryOf(context, 'containerd');
  const calicoDirectory = directoryOf(context, 'calico');
  const crds = join(calicoDirectory, 'crds');
  return {
    containerd: join(containerdDirectory, 'containerd'),
    containerdShim: join(containerdDirectory, 'containerd-shim-runc-v2'),
    ctr: join(containerdDirectory, 'ctr'),
    runc: system.runc,
    cniPlugins: join(calicoDirectory, 'cni'),
    calico: join(calicoDirectory, 'calico'),
    calicoCrds: (await readdir(crds)).sort().map(name => join(crds, name)),
    images: await readImages(directoryOf(context, 'images')),
  };
}
