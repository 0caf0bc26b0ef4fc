import { createHash } from 'node:crypto';
import {
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
  mkdir,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { chartAddress } from '../charts/approvedCharts';
import type { ChartStore } from '../charts/chartStore';
import type { HelmRelease } from '../components/types';
import type { Capabilities, Helm } from '../helm';
import { hideRandom } from './hideRandom';
import { readManifest, type ManifestDocument } from '../manifest';
import type { RenderedChart } from './types';

/** Renders charts for a cluster. Nothing is written to it. */
export interface ChartRenderer {
  /**
   * @param added - CustomResourceDefinitions that would be there by then
   * @throws where the chart can't be had or rendered, saying why
   */
  render(
    release: HelmRelease,
    options: { isUpgrade: boolean; added: KubernetesObject[] },
  ): Promise<RenderedChart>;
}

/** Lends a renderer. */
export async function withChartRenderer<T>(
  options: {
    helm: Helm;
    charts: ChartStore;
    kubeconfig: string;
    signal: AbortSignal;
  },
  use: (renderer: ChartRenderer) => Promise<T>,
): Promise<T> {
  const { helm, kubeconfig, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'app-network-plan-'));
  let known: Promise<Capabilities> | undefined;
  const capabilities = () => {
    known ??= readCapabilities(options, folder);
    return known;
  };
  const read = new Map<string, Promise<ReadChart>>();
  const chartOf = (release: HelmRelease) => {
    // Two gateways have one chart.
    const address = chartAddress(release) ?? release.release;
    const chart = read.get(address) ?? readChart(options, release);
    read.set(address, chart);
    return chart;
  };
  try {
    return await use({
      async render(release, { isUpgrade, added }) {
        const chart = await chartOf(release);
        const { namespace, values, schemaIsRemote } = release;
        const once = async () => {
          const given = {
            path: chart.path,
            release: release.release,
            namespace,
            values,
            schemaIsRemote,
          };
          const text = await helm
            .template(kubeconfig, given, { isUpgrade, signal })
            .catch(async error => {
              if (!KIND_MISSING.test(String(error))) {
                throw error;
              }
              return helm.template(kubeconfig, given, {
                isUpgrade,
                capabilities: withDefinitions(await capabilities(), added),
                signal,
              });
            });
          return readManifest(text);
        };
        const documents = chart.isRandom
          ? hideRandom(await once(), await once())
          : await once();
        return { ...sort(documents), chartDigest: chart.digest };
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What Helm says of an object whose kind the cluster does not have (k8s.io/cli-runtime/pkg/resource). */
const KIND_MISSING = /no matches for kind|resource mapping not found/;

function sort(
  documents: ManifestDocument[],
): Omit<RenderedChart, 'chartDigest'> {
  const isHook = ({ object }: ManifestDocument) =>
    'helm.sh/hook' in (object.metadata.annotations ?? {});
  const isDefinition = ({ source }: ManifestDocument) =>
    /\/crds\//.test(source) && !/\/templates\//.test(source);
  const objects = (wanted: (document: ManifestDocument) => boolean) =>
    documents.filter(wanted).map(({ object }) => object);
  return {
    definitions: objects(isDefinition),
    hooks: objects(document => !isDefinition(document) && isHook(document)),
    objects: objects(document => !isDefinition(document) && !isHook(document)),
  };
}

interface ReadChart {
  path: string;
  digest: string;
  /** Whether it may make something else each time. */
  isRandom: boolean;
}

async function readChart(
  { charts, signal }: { charts: ChartStore; signal: AbortSignal },
  release: HelmRelease,
): Promise<ReadChart> {
  const path = await charts.pull(release, { signal });
  const contents = await chartContents(path);
  return {
    path,
    digest: createHash('sha256').update(contents).digest('hex'),
    isRandom: RANDOM.test((await unpacked(contents)).toString('latin1')),
  };
}

/** Functions of templates that give something else each time (Helm documentation, "Template Function List"). */
const RANDOM =
  /\b(rand(Alpha|AlphaNum|Ascii|Numeric|Bytes|Int)|gen(CA|SelfSignedCert|SignedCert|PrivateKey)\w*|uuidv4|shuffle|htpasswd|bcrypt|encryptAES|now)\b(?!:)/;

/** A packed chart as it is, a folder's files one after the other. */
async function chartContents(path: string): Promise<Buffer> {
  if (!(await stat(path)).isDirectory()) {
    return readFile(path);
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
  return Buffer.concat(
    await Promise.all(
      files.map(async file =>
        Buffer.concat([Buffer.from(`${file}\0`), await readFile(file)]),
      ),
    ),
  );
}

async function unpacked(contents: Buffer): Promise<Buffer> {
  return contents[0] === 0x1f && contents[1] === 0x8b
    ? promisify(gunzip)(contents)
    : contents;
}

/** Asks Helm itself, with a chart that tells, so that it is what other charts are told. */
async function readCapabilities(
  options: { helm: Helm; kubeconfig: string; signal: AbortSignal },
  folder: string,
): Promise<Capabilities> {
  const { helm, kubeconfig, signal } = options;
  const path = join(folder, '.capabilities');
  await mkdir(join(path, 'templates'), { recursive: true });
  await writeFile(
    join(path, 'Chart.yaml'),
    'apiVersion: v2\nname: capabilities\nversion: 1.0.0\n',
  );
  await writeFile(
    join(path, 'templates', 'capabilities.yaml'),
    [
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata: { name: capabilities }',
      'data:',
      '  kubeVersion: {{ .Capabilities.KubeVersion.Version | quote }}',
      '  apiVersions: {{ .Capabilities.APIVersions | toJson | quote }}',
      '',
    ].join('\n'),
  );
  const [{ object }] = await readManifest(
    await helm.template(
      kubeconfig,
      { path, release: 'capabilities', namespace: 'default', values: {} },
      { isUpgrade: false, signal },
    ),
  );
  const { data } = object as KubernetesObject & {
    data: { kubeVersion: string; apiVersions: string };
  };
  return {
    kubeVersion: data.kubeVersion,
    apiVersions: JSON.parse(data.apiVersions) as string[],
  };
}

interface Definition extends KubernetesObject {
  spec?: {
    group: string;
    names: { kind: string };
    versions: { name: string; served: boolean }[];
  };
}

function withDefinitions(
  { kubeVersion, apiVersions }: Capabilities,
  definitions: KubernetesObject[],
): Capabilities {
  const more = (definitions as Definition[]).flatMap(({ spec }) =>
    (spec?.versions ?? [])
      .filter(({ served }) => served)
      .flatMap(({ name }) => [
        `${spec?.group}/${name}`,
        `${spec?.group}/${name}/${spec?.names.kind}`,
      ]),
  );
  return { kubeVersion, apiVersions: [...new Set([...apiVersions, ...more])] };
}
