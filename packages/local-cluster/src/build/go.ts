import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BuildError } from './types.ts';
import { run, type RunOptions } from './run.ts';

/** The folder of our Go modules. */
export const GO_MODULES = join(import.meta.dirname, '..', '..', 'go');

/** The Go toolchain, as far as it decides about what comes out of a build. */
export interface GoToolchain {
  version: string;
  os: string;
  arch: string;
  flags: string;
}

/** Programs to build from one of our Go modules. */
export interface GoBuild {
  /** Folder in `go/`. */
  module: string;
  /** `tool` for what the module's tool lines name, `.` for its own main, or an import path. */
  packages: string;
  /** Linker's `-X` settings: a version is stamped where upstream's release does so. */
  variables?: Record<string, string>;
  tags?: string[];
}

/** Find Go, and see that it is new enough for the modules; before anything is downloaded. */
export async function findGo(modules: string[]): Promise<GoToolchain> {
  const required = await requiredGo(modules);
  // Asked for outside a module, `go` answers for itself and fetches no other toolchain.
  const json = await promisify(execFile)(
    'go',
    ['env', '-json', 'GOVERSION', 'GOOS', 'GOARCH', 'GOFLAGS', 'GOTOOLCHAIN'],
    { cwd: '/', env: { ...process.env, GOWORK: 'off' } },
  ).catch((error: unknown) => {
    throw new BuildError(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? `The local cluster is built from source with Go ${required} or newer, and there is no \`go\` on the PATH. Install it from https://go.dev/dl/ or with your package manager.`
        : `\`go env\` failed: ${
            error instanceof Error ? error.message : String(error)
          }`,
    );
  });
  const env = JSON.parse(json.stdout) as Record<string, string>;
  const version =
    (env.GOVERSION ?? '').replace(/^go/, '').split(/[ -]/)[0] ?? '';
  const fetchesToolchains =
    isAtLeast(version, '1.21') &&
    !/^(local|go[^+]*)$/.test(env.GOTOOLCHAIN ?? '');
  if (!isAtLeast(version, required) && !fetchesToolchains) {
    throw new BuildError(
      `The local cluster is built with Go ${required} or newer; the \`go\` on the PATH is ${version}${
        env.GOTOOLCHAIN === 'local'
          ? ' and may not fetch a newer toolchain (GOTOOLCHAIN=local)'
          : ''
      }. Install a newer one from https://go.dev/dl/ or with your package manager.`,
    );
  }
  return {
    version: isAtLeast(version, required) ? version : required,
    os: env.GOOS ?? '',
    arch: env.GOARCH ?? '',
    flags: env.GOFLAGS ?? '',
  };
}

/** The newest `go` line of the modules. */
async function requiredGo(modules: string[]): Promise<string> {
  const lines = await Promise.all(
    modules.map(async module => {
      const text = await readFile(join(GO_MODULES, module, 'go.mod'), 'utf8');
      return /^go (\S+)$/m.exec(text)?.[1] ?? '1.21';
    }),
  );
  return lines.reduce((newest, line) =>
    isAtLeast(newest, line) ? newest : line,
  );
}

/** Whether a Go version, `1.26.8` or `1.27rc1`, is at least another. */
export function isAtLeast(version: string, required: string): boolean {
  const numbers = (text: string) =>
    text.split('.').map(part => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(version), numbers(required)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return true;
}

/** The version of a module that one of our Go modules uses. */
export async function moduleVersion(
  module: string,
  path: string,
): Promise<string> {
  const file = join(GO_MODULES, module, 'go.mod');
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const version = new RegExp(`^(?:require )?\\s*${escaped} (v\\S+)`, 'm').exec(
    await readFile(file, 'utf8'),
  )?.[1];
  if (version === undefined) {
    throw new Error(`${file} requires no ${path}`);
  }
  return version;
}

/** The directory of a module's source in the module cache, fetched if it isn't there. */
export async function moduleDirectory(
  module: string,
  path: string,
  options: RunOptions,
): Promise<string> {
  const cwd = join(GO_MODULES, module);
  const env = goEnvironment();
  await run('go', ['mod', 'download', path], { ...options, cwd, env });
  return (
    await run('go', ['list', '-m', '-f', '{{.Dir}}', path], {
      ...options,
      cwd,
      env,
    })
  ).trim();
}

/** Fetch the source of everything that a build compiles. */
export async function downloadModules(
  build: GoBuild,
  options: RunOptions,
): Promise<void> {
  // Unlike `go mod download` this leaves out what only the modules' own tests need.
  await run(
    'go',
    ['list', '-deps', '-f', '{{""}}', ...tagFlags(build), build.packages],
    {
      ...options,
      cwd: join(GO_MODULES, build.module),
      env: goEnvironment(),
    },
  );
}

/** Build into a directory. */
export async function goBuild(
  build: GoBuild,
  directory: string,
  options: RunOptions,
): Promise<void> {
  const variables = Object.entries(build.variables ?? {}).map(
    ([name, value]) => `-X ${name}=${value}`,
  );
  await run(
    'go',
    [
      'build',
      '-trimpath',
      '-ldflags',
      ['-s', '-w', ...variables].join(' '),
      ...tagFlags(build),
      '-o',
      `${directory}/`,
      build.packages,
    ],
    { ...options, cwd: join(GO_MODULES, build.module), env: goEnvironment() },
  );
}

function tagFlags({ tags = [] }: GoBuild): string[] {
  return tags.length > 0 ? ['-tags', tags.join(',')] : [];
}

/** Without cgo the programs are static: they run in images with nothing else in them, and need no C compiler. */
function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };
}
