import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT, startLogged } from './processes.ts';

const DIST = path.join(ROOT, 'packages/app/dist');
const STAMP = path.join(DIST, '.built-from');

/** Everything that the app's bundle is made of. */
const INPUTS = [
  'package-lock.json',
  'app-config*.yaml',
  'packages/app/{package.json,public/**,src/**}',
  'plugins/{app-network,app-network-common}/{package.json,config.d.ts,src/**}',
];

const TESTS = ['**/*.test.{ts,tsx}', '**/setupTests.ts', '**/testing/**'];

/**
 * Builds the frontend for the backend to serve, unless what is there was built from the same sources. A built app loads several times
 * faster than the development server's, and leaves the processor to the cluster.
 *
 * @param onBuild - told when there is something to build
 */
export async function ensureAppBuilt(
  logFile: string,
  signal: AbortSignal,
  onBuild: () => void,
): Promise<void> {
  const sources = await hashOfSources();
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === sources) {
    return;
  }
  onBuild();
  await rm(STAMP, { force: true });
  const build = startLogged('backstage-cli', ['package', 'build'], {
    logFile,
    cwd: path.join(ROOT, 'packages/app'),
  });
  const abort = () => void build.end();
  signal.addEventListener('abort', abort);
  try {
    const code = await build.ended;
    signal.throwIfAborted();
    if (code !== 0) {
      throw new Error(`the frontend can't be built; see ${logFile}`);
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
  await writeFile(STAMP, sources);
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = globSync(INPUTS, {
    cwd: ROOT,
    exclude: TESTS,
    withFileTypes: true,
  })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const content = await readFile(file);
    hash.update(`${path.relative(ROOT, file)}\0${content.length}\0`);
    hash.update(content);
  }
  return hash.digest('hex');
}
