import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree } from '../copyTree.ts';
import { GO_MODULES, moduleDirectory } from '../go.ts';
import { ISTIO_HUB } from '../images/sources.ts';
import { digestOfPart, directoryOf, type Part } from '../part.ts';
import { run } from '../run.ts';
import type { ChartArchive, ChartName } from '../types.ts';
import type { Versions } from '../versions.ts';

/** A chart in a Go module. */
export interface ChartSource {
  /** Our Go module that pins it, and the Go module that it is in. */
  module: string;
  path: string;
  folder: string;
  /** The chart's own name, and so the archive's. */
  name: string;
  version: string;
  /** Version of what it installs; default: the chart's. */
  appVersion?: string;
  /** Values that upstream's release tooling fills in, as they stand in values.yaml, and what becomes of them. */
  values?: Record<string, string>;
}

/** Upstream's charts, stamped with the versions that upstream's release tooling would stamp. */
export function charts(versions: Versions): Part {
  const sources = chartSources(versions);
  return {
    name: 'charts',
    title: 'Charts',
    estimatedSeconds: 10,
    async inputs(context) {
      return [
        JSON.stringify(sources),
        digestOfPart(context, 'helm'),
        ...(await Promise.all(
          ['istio', 'cert-manager'].map(name =>
            readFile(join(GO_MODULES, name, 'go.sum'), 'utf8'),
          ),
        )),
      ];
    },
    async build(directory, context) {
      for (const source of Object.values(sources)) {
        await packageChart(source, directory, context);
      }
    },
  };
}

/** Packs a chart into a directory, as `<name>-<version>.tgz`. */
export async function packageChart(
  { module, path, folder, name, version, appVersion, values }: ChartSource,
  directory: string,
  context: Parameters<Part['build']>[1],
): Promise<void> {
  const helm = join(directoryOf(context, 'helm'), 'helm');
  const scratch = join(directory, 'scratch');
  const chart = join(scratch, name);
  await copyTree(
    join(await moduleDirectory(module, path, context.run), folder),
    chart,
  );
  if (values) {
    await replaceValues(join(chart, 'values.yaml'), values);
  }
  await run(
    helm,
    [
      'package',
      chart,
      ...['--version', version],
      ...['--app-version', appVersion ?? version],
      ...['--destination', directory],
    ],
    {
      ...context.run,
      env: {
        ...process.env,
        HELM_CACHE_HOME: join(scratch, 'helm'),
        HELM_CONFIG_HOME: join(scratch, 'helm'),
        HELM_DATA_HOME: join(scratch, 'helm'),
      },
    },
  );
  await rm(scratch, { recursive: true });
}

/** The charts of a built directory. */
export function builtCharts(
  directory: string,
  versions: Versions,
): Record<ChartName, ChartArchive> {
  const archive = ({ name, version }: ChartSource) => ({
    path: join(directory, `${name}-${version}.tgz`),
    version,
  });
  const sources = chartSources(versions);
  return {
    'istio-base': archive(sources['istio-base']),
    istiod: archive(sources.istiod),
    'istio-gateway': archive(sources['istio-gateway']),
    'cert-manager': archive(sources['cert-manager']),
  };
}

function chartSources({
  istio,
  certManager,
}: Versions): Record<ChartName, ChartSource> {
  const ofIstio = { module: 'istio', path: 'istio.io/istio', version: istio };
  return {
    'istio-base': { ...ofIstio, name: 'base', folder: 'manifests/charts/base' },
    istiod: {
      ...ofIstio,
      name: 'istiod',
      folder: 'manifests/charts/istio-control/istio-discovery',
      values: {
        'hub: registry.istio.io/testing': `hub: ${ISTIO_HUB}`,
        'tag: latest': `tag: ${istio}`,
      },
    },
    'istio-gateway': {
      ...ofIstio,
      name: 'gateway',
      folder: 'manifests/charts/gateway',
    },
    'cert-manager': {
      module: 'cert-manager',
      path: 'github.com/cert-manager/cert-manager',
      name: 'cert-manager',
      folder: 'deploy/charts/cert-manager',
      version: certManager,
    },
  };
}

async function replaceValues(
  file: string,
  values: Record<string, string>,
): Promise<void> {
  let text = await readFile(file, 'utf8');
  for (const [from, to] of Object.entries(values)) {
    const parts = text.split(
      new RegExp(`^(\\s+)${from.replaceAll('.', '\\.')}$`, 'm'),
    );
    if (parts.length !== 3) {
      throw new Error(
        `${file}: expected one line \`${from}\`, found ${
          (parts.length - 1) / 2
        }`,
      );
    }
    text = `${parts[0]}${parts[1]}${to}${parts[2]}`;
  }
  await writeFile(file, text);
}
