import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesOf } from '../cache.ts';
import { downloadModules, goBuild, GO_MODULES, type GoBuild } from '../go.ts';
import type { Part } from '../part.ts';

type GoPart = Pick<Part, 'name' | 'title' | 'estimatedSeconds'> &
  Partial<Pick<Part, 'inputs'>> & {
    go: GoBuild;
    /** What else belongs in the directory. */
    complete?: Part['build'];
  };

/** A part whose programs come from one of our Go modules. */
export function goPart({
  name,
  title,
  estimatedSeconds,
  go,
  inputs,
  complete,
}: GoPart): Part {
  const directory = join(GO_MODULES, go.module);
  return {
    name,
    title,
    estimatedSeconds,
    async inputs(context) {
      return [
        JSON.stringify(go),
        ...(await Promise.all(
          ['go.mod', 'go.sum'].map(file =>
            readFile(join(directory, file), 'utf8').catch(() => ''),
          ),
        )),
        // Our own code counts only where it is what is built.
        ...(go.packages === '.' ? await filesOf(directory, isSource) : []),
        ...((await inputs?.(context)) ?? []),
      ];
    },
    download: options => downloadModules(go, options),
    async build(output, context) {
      await goBuild(go, output, context.run);
      await complete?.(output, context);
    },
  };
}

/** Everything but tests: files may be embedded. */
function isSource(name: string): boolean {
  return !name.endsWith('_test.go');
}
