import type { BuildOptions, Built } from './types.ts';

export async function ensureBuilt(_options: BuildOptions): Promise<Built> {
  throw new Error('not yet');
}
