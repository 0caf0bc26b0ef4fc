import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Pack } from 'tar-stream';
import { pipeline } from 'node:stream/promises';

/** What is at a path of an image. */
export type Node =
  | { type: 'file'; content: string; mode?: number }
  /** A copy of a file of this machine, followed through links. */
  | { type: 'copy'; from: string; mode?: number }
  | { type: 'directory'; mode?: number; user?: number }
  | { type: 'link'; to: string };

/** A file system by absolute path. Directories above a path need not be listed. */
export type RootFilesystem = Record<string, Node>;

/**
 * Write a file system as a layer: the same bytes for the same content, whoever builds it and when, so that its digest
 * says whether it is another one.
 */
export async function writeLayer(
  pack: Pack,
  files: RootFilesystem,
): Promise<void> {
  for (const [path, node] of withParents(files)) {
    await writeEntry(pack, path.slice(1), node);
  }
  pack.finalize();
}

async function writeEntry(pack: Pack, name: string, node: Node): Promise<void> {
  const header = { name, uid: 0, gid: 0, mtime: new Date(0) };
  switch (node.type) {
    case 'directory': {
      const owner = node.user ?? 0;
      pack.entry({
        ...header,
        name: `${name}/`,
        type: 'directory',
        mode: node.mode ?? 0o755,
        uid: owner,
        gid: owner,
      });
      break;
    }
    case 'link':
      pack.entry({
        ...header,
        type: 'symlink',
        linkname: node.to,
        mode: 0o777,
      });
      break;
    case 'file':
      pack.entry({ ...header, mode: node.mode ?? 0o644 }, node.content);
      break;
    case 'copy': {
      const source = await realpath(node.from);
      const { size, mode } = await stat(source);
      const entry = pack.entry({
        ...header,
        size,
        mode: node.mode ?? (mode & 0o111 ? 0o755 : 0o644),
      });
      await pipeline(createReadStream(source), entry);
      break;
    }
    default:
      throw new Error(
        `no such type of node: ${JSON.stringify(node satisfies never)}`,
      );
  }
}

/** Sorted by path, so that a directory comes before what is in it. */
function withParents(files: RootFilesystem): [string, Node][] {
  const all = new Map<string, Node>(Object.entries(files));
  for (const path of Object.keys(files)) {
    for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) {
      if (!all.has(parent)) {
        all.set(parent, { type: 'directory' });
      }
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}
