import { join } from 'node:path';
import { buildParts } from './buildParts.ts';
import { cacheRoot } from './cache.ts';
import { findGo, moduleVersion } from './go.ts';
import { directoryOf, type PartContext } from './part.ts';
import { goPart } from './parts/goPart.ts';
import type { BuildOptions } from './types.ts';

/**
 * Build Pebble, a small ACME server for tests (Let's Encrypt's own), unless it is there. It runs beside a cluster, not in it.
 *
 * @returns the path of the program
 * @throws BuildError with a message for the person, as `ensureBuilt` does
 */
export async function ensurePebble(
  options: Pick<BuildOptions, 'install' | 'report' | 'signal'>,
): Promise<string> {
  const version = await moduleVersion(
    'pebble',
    'github.com/letsencrypt/pebble/v2',
  );
  const pebble = goPart({
    name: 'pebble',
    title: `Pebble ${version.replace(/^v/, '')}`,
    estimatedSeconds: 25,
    go: { module: 'pebble', packages: 'tool' },
  });
  const context: PartContext = { digests: {}, directories: {} };
  const go = await findGo(['pebble']);
  await buildParts(cacheRoot(), [pebble], go, context, options, 0);
  return join(directoryOf(context, 'pebble'), 'pebble');
}
