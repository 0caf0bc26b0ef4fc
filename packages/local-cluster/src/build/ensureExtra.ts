import { buildParts } from './buildParts.ts';
import { cacheRoot } from './cache.ts';
import { findGo } from './go.ts';
import { directoryOf, type PartContext } from './part.ts';
import { helm } from './parts/components.ts';
import { builtExternalDns, externalDns } from './parts/externalDns.ts';
import { ensureSystemTools, nodeImpossible } from './system.ts';
import {
  BuildError,
  type BuildOptions,
  type BuiltExtra,
  type ExtraName,
} from './types.ts';
import { readVersions } from './versions.ts';

/**
 * Build something that a cluster doesn't have from the start, unless it is there, and tell where it is.
 *
 * @throws BuildError with a message for the person, as `ensureBuilt` does
 */
export async function ensureExtra(
  name: ExtraName,
  options: Pick<BuildOptions, 'install' | 'notice' | 'report' | 'signal'>,
): Promise<BuiltExtra> {
  const reason = nodeImpossible();
  if (reason !== undefined) {
    throw new BuildError(`${name} runs in pods, and ${reason}`);
  }
  const versions = await readVersions();
  const go = await findGo(['helm', name]);
  const context: PartContext = {
    digests: {},
    directories: {},
    system: await ensureSystemTools(options),
  };
  const parts = [helm(versions), externalDns(versions)];
  await buildParts(cacheRoot(), parts, go, context, options, 0);
  return builtExternalDns(directoryOf(context, name), versions);
}
