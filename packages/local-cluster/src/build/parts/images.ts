import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesOf } from '../cache.ts';
import { writeImageArchive } from '../images/imageArchive.ts';
import { imageSources } from '../images/sources.ts';
import { digestOfPart, type Part, type PartContext } from '../part.ts';
import type { ImageArchive } from '../types.ts';
import type { SystemTools } from '../system.ts';
import type { Versions } from '../versions.ts';

export const INDEX = 'images.json';

/** The archives of all images. */
export function images(versions: Versions): Part {
  return {
    name: 'images',
    title: 'Images',
    estimatedSeconds: 20,
    async inputs(context) {
      const system = systemOf(context);
      return [
        JSON.stringify(versions),
        ...(await filesOf(
          join(import.meta.dirname, '..', 'images'),
          name => !name.endsWith('.test.ts'),
        )),
        ...(
          [
            'pause',
            'coredns',
            'agnhost',
            'cert-manager',
            'istio',
            'envoy',
          ] as const
        ).map(name => digestOfPart(context, name)),
        await readFile(system.xtablesLegacy, 'base64'),
        system.caCertificates
          ? await readFile(system.caCertificates, 'utf8')
          : '',
      ];
    },
    async build(directory, context) {
      const sources = await imageSources(context, systemOf(context), versions);
      const index: Index = [];
      for (const [name, source] of Object.entries(sources)) {
        const file = `${name}.tar`;
        const ids = await writeImageArchive(
          join(directory, file),
          source,
          imageArchitecture(),
        );
        for (const [reference, id] of Object.entries(ids)) {
          index.push({ reference, file, id });
        }
      }
      await writeFile(
        join(directory, INDEX),
        `${JSON.stringify(index, null, 2)}\n`,
      );
    },
  };
}

type Index = { reference: string; file: string; id: string }[];

/** The images of a built directory. */
export async function readImages(directory: string): Promise<ImageArchive[]> {
  const index = JSON.parse(
    await readFile(join(directory, INDEX), 'utf8'),
  ) as Index;
  return index.map(({ reference, file, id }) => ({
    reference,
    tar: join(directory, file),
    id,
  }));
}

/** The name that Go, and so the image specification, has for this machine's processor. */
export function imageArchitecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

function systemOf({ system }: PartContext): SystemTools {
  if (system === undefined) {
    throw new Error('images are built only where a node is possible');
  }
  return system;
}
