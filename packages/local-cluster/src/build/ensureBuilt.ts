import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildParts, planned } from './buildParts.ts';
import { cacheRoot, rememberDuration } from './cache.ts';
import { findGo } from './go.ts';
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
import { startPart } from './progress.ts';
import {
  ensureChromium,
  ensureSystemTools,
  isSystemComplete,
  nodeImpossible,
  type SystemTools,
} from './system.ts';
import type { BuildOptions, Built, BuiltNode } from './types.ts';
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

  await buildParts(root, parts, go, context, options, context.system ? 1 : 0);

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
