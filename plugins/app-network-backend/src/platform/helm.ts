import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import {
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HelmRelease } from './components/types';
import { DIGEST_LABEL, PLATFORM_LABEL } from './installedReleases';

/** The `helm` program. Every call fails with an Error whose message is the cause as Helm tells it, and what to do about it. */
export interface Helm {
  /**
   * Installs or upgrades a release in a namespace that is there. It is done when the API server has everything; whether pods come up is seen in the cluster.
   *
   * @param kubeconfig - of the cluster; may hold credentials
   * @param options - `chart`: path of its chart; `platform` and `digest`: for the labels
   */
  upgrade(
    kubeconfig: string,
    release: HelmRelease,
    options: {
      chart: string;
      platform: string;
      digest: string;
      signal: AbortSignal;
    },
  ): Promise<void>;
  /** Removes a release and waits until what it brought is gone. One that is not there is no error. */
  uninstall(
    kubeconfig: string,
    release: { release: string; namespace: string },
    options: { signal: AbortSignal },
  ): Promise<void>;
  /**
   * Gets a chart of a repository, packed.
   *
   * @param folder - where to put it; empty
   * @returns the path of the chart
   */
  pull(
    release: HelmRelease,
    folder: string,
    options: { signal: AbortSignal },
  ): Promise<string>;
  /**
   * Renders a chart with what an API server can do, which is asked and not written to. Hooks stand after the rest, and every document after
   * a comment that names its file in the chart.
   *
   * @param capabilities - what the API server could do; given where the cluster does not have all kinds yet
   * @returns YAML documents
   */
  template(
    kubeconfig: string,
    chart: {
      path: string;
      release: string;
      namespace: string;
      values: object;
      schemaIsRemote?: boolean;
    },
    options: {
      isUpgrade: boolean;
      capabilities?: Capabilities;
      signal: AbortSignal;
    },
  ): Promise<string>;
}

/** What an API server can do, as charts ask for it. */
export interface Capabilities {
  kubeVersion: string;
  /** Such as `apps/v1` and `apps/v1/Deployment`. */
  apiVersions: string[];
}

/** Revisions of a release that are kept, for `helm rollback`. */
const HISTORY_MAX = '3';

/** How long one of Helm's own waits may take: for a chart's hooks, and for what is deleted. */
const TIMEOUT = '5m';

/**
 * @param command - the program: a name on the PATH, or a path
 */
export function createHelm({ command }: { command: string }): Helm {
  let checked: Promise<void> | undefined;
  const ensureVersion = () => {
    checked ??= checkVersion(command);
    checked.catch(() => {
      checked = undefined;
    });
    return checked;
  };

  const run = async (
    kubeconfig: string,
    args: string[],
    options: { input?: string; signal: AbortSignal },
  ) => {
    await ensureVersion();
    return withPrivateFile(kubeconfig, path =>
      execute(command, ['--kubeconfig', path, ...args], options),
    );
  };

  return {
    async upgrade(kubeconfig, release, { chart, platform, digest, signal }) {
      await run(
        kubeconfig,
        [
          'upgrade',
          '--install',
          release.release,
          chart,
          '--namespace',
          release.namespace,
          '--labels',
          `${PLATFORM_LABEL}=${platform},${DIGEST_LABEL}=${digest}`,
          // A merge of three sides, as Helm 3 did: istiod and cert-manager write into their own webhook configurations, and
          // server-side apply would call that a conflict on every upgrade.
          '--server-side=false',
          ...schemaArguments(release),
          // The API server says what is wrong with an object. Helm would fetch its 3 MB of OpenAPI documents first, only to leave it to that.
          '--disable-openapi-validation',
          '--history-max',
          HISTORY_MAX,
          '--timeout',
          TIMEOUT,
          '--hide-notes',
          '--output',
          'json',
          // From standard input, so that secrets in values are neither in a file nor in the list of processes.
          '--values',
          '-',
        ],
        { input: JSON.stringify(release.values), signal },
      );
    },
    async uninstall(kubeconfig, { release, namespace }, { signal }) {
      await run(
        kubeconfig,
        [
          'uninstall',
          release,
          '--namespace',
          namespace,
          '--ignore-not-found',
          '--wait',
          '--cascade',
          'foreground',
          '--timeout',
          TIMEOUT,
        ],
        { signal },
      );
    },
    async pull(release, folder, { signal }) {
      await ensureVersion();
      await execute(
        command,
        ['pull', ...chartArguments(release), '--destination', folder],
        { signal },
      );
      const [chart] = await readdir(folder);
      return join(folder, chart);
    },
    async template(kubeconfig, chart, { isUpgrade, capabilities, signal }) {
      return run(
        kubeconfig,
        [
          'template',
          chart.release,
          chart.path,
          '--namespace',
          chart.namespace,
          ...(isUpgrade ? ['--is-upgrade'] : []),
          ...(capabilities
            ? [
                '--dry-run=client',
                '--kube-version',
                capabilities.kubeVersion,
                '--api-versions',
                capabilities.apiVersions.join(','),
              ]
            : ['--dry-run=server']),
          // Whose the objects that are there are is looked at for each; this would refuse all of them for one.
          '--take-ownership',
          '--include-crds',
          '--skip-tests',
          ...schemaArguments(chart),
          '--values',
          '-',
        ],
        { input: JSON.stringify(chart.values), signal },
      );
    },
  };
}

/**
 * What a release is made from, as a label value: the same as long as nothing needs to be done. A chart in the file system counts with its
 * contents.
 */
export async function releaseDigest(release: HelmRelease): Promise<string> {
  const { source, chart, version, values } = release;
  const hash = createHash('sha256').update(
    canonicalJson({ source, chart, version, values }),
  );
  if (source.path) {
    hash.update(await chartContents(source.path));
  }
  return hash.digest('hex').slice(0, 40);
}

/** The contents of a packed chart; of a folder the file that names its version. A chart that can't be read has none: Helm will say so. */
async function chartContents(path: string): Promise<Buffer> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return await readFile(isFolder ? join(path, 'Chart.yaml') : path);
  } catch {
    return Buffer.alloc(0);
  }
}

function schemaArguments({
  schemaIsRemote,
}: Pick<HelmRelease, 'schemaIsRemote'>): string[] {
  return schemaIsRemote ? ['--skip-schema-validation'] : [];
}

function chartArguments({ source, chart, version }: HelmRelease): string[] {
  return [
    ...(source.oci ? [source.oci] : [chart, '--repo', source.repository ?? '']),
    ...(version ? ['--version', version] : []),
  ];
}

/** Where the spec says where a release's chart comes from. */
export function chartField({ component, chart }: HelmRelease): string {
  return component === 'istio'
    ? `spec.components.istio.charts.${chart}`
    : `spec.components.${component}.chart`;
}

async function checkVersion(command: string): Promise<void> {
  const output = await execute(command, [
    'version',
    '--template',
    '{{.Version}}',
  ]);
  const major = Number(/^v?(\d+)\./.exec(output.trim())?.[1]);
  if (!(major >= 4)) {
    throw new Error(
      `The helm program '${command}' is of version ${output.trim()}, and version 4 is needed. Install it, or name another program in app-config's appNetwork.helm.command.`,
    );
  }
}

/** Runs Helm and gives its standard output. At the signal it is told to end, which lets it note where it was. */
function execute(
  command: string,
  args: string[],
  { input, signal }: { input?: string; signal?: AbortSignal } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { env: environment(), signal, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (!error) {
          resolve(stdout);
        } else if (error.code === 'ENOENT' || error.code === 'EACCES') {
          reject(
            new Error(
              `The helm program '${command}' can't be run (${error.code}). Install Helm 4 on the machine of the backend, or name the program in app-config's appNetwork.helm.command.`,
            ),
          );
        } else {
          const killed = error.signal && `Helm was ended by ${error.signal}.`;
          reject(new Error(killed || causeOf(stderr) || error.message));
        }
      },
    );
    // A program that ends before it has read everything says why on standard error.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}

/** Helm's own settings of the user count (registry credentials, caches, proxies), but not those that name another cluster or place. */
function environment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) =>
      !/^(KUBECONFIG|HELM_KUBE.*|HELM_NAMESPACE|HELM_DRIVER|HELM_DEBUG)$/.test(
        name,
      ),
  );
  return { ...Object.fromEntries(ours), HELM_DRIVER: 'secret' };
}

/** The error among the lines that Helm writes: its last `Error:`, else everything but log lines. */
export function causeOf(stderr: string): string {
  const at = stderr.lastIndexOf('Error: ');
  const text =
    at >= 0
      ? stderr.slice(at + 'Error: '.length)
      : stderr
          .split('\n')
          .filter(line => !/^(level=|time=|WARNING|W\d{4} )/.test(line))
          .join('\n');
  const cause = text.replace(/^(UPGRADE|INSTALLATION) FAILED: /, '').trim();
  return cause.length > MAX_CAUSE ? `${cause.slice(0, MAX_CAUSE)} …` : cause;
}

/** A status is read by people; a template's error can be pages long. */
const MAX_CAUSE = 1000;

/** Lends a file that only this user can read. */
async function withPrivateFile<T>(
  contents: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'app-network-'));
  try {
    const path = join(folder, 'kubeconfig');
    await writeFile(path, contents, { mode: 0o600 });
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** JSON whose fields are in order, so that the same values are the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : inner,
  );
}
