import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ImageArchive } from '../build/types.ts';
import { CONTAINERD_SOCKET } from './processes.ts';

const run = promisify(execFile);

/** An image that is in the node. */
export interface NodeImage {
  reference: string;
  digest: string;
  /** As containerd prints it, such as `12.3 MiB`. */
  size: string;
}

/** Talks to a node's containerd. */
export interface ImageStore {
  ctr: string;
  /** Process 1 of the node. */
  pid: number;
}

/** The images in the node, by reference. */
export async function listImages(store: ImageStore): Promise<NodeImage[]> {
  return (await list(store)).filter(
    ({ reference }) => !reference.startsWith('sha256:'),
  );
}

/** Brings an image archive into the node and returns the references in it. Throws with containerd's own words. */
export async function importImage(
  store: ImageStore,
  tar: string,
): Promise<string[]> {
  const before = new Map(
    (await listImages(store)).map(i => [i.reference, i.digest]),
  );
  await ctr(store, ['images', 'import', tar]);
  return (await listImages(store))
    .filter(({ reference, digest }) => before.get(reference) !== digest)
    .map(({ reference }) => reference);
}

/** Brings those archives into the node whose image isn't there, a few at once. */
export async function importMissing(
  store: ImageStore,
  archives: ImageArchive[],
  onImported: (reference: string) => void = () => undefined,
): Promise<void> {
  const present = new Map(
    (await list(store)).map(({ reference, digest }) => [reference, digest]),
  );
  // Kubernetes' part of containerd names each image by the digest of its config as well.
  const missing = archives.filter(
    ({ reference, id }) =>
      !present.has(reference) || present.get(id) !== present.get(reference),
  );
  const queue = missing.values();
  const importer = async () => {
    for (const { reference, tar } of queue) {
      await ctr(store, ['images', 'import', tar]);
      onImported(reference);
    }
  };
  await Promise.all(Array.from({ length: 3 }, importer));
}

async function list(store: ImageStore): Promise<NodeImage[]> {
  const table = await ctr(store, ['images', 'list']);
  // REF TYPE DIGEST SIZE PLATFORMS LABELS, where the size is a number and a unit.
  return table
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split(/\s+/))
    .map(([reference = '', , digest = '', size = '', unit = '']) => ({
      reference,
      digest,
      size: `${size} ${unit}`,
    }));
}

async function ctr(
  { ctr: program, pid }: ImageStore,
  args: string[],
): Promise<string> {
  const { stdout } = await run(
    program,
    [
      // A process's root directory leads to the sockets of its namespace, by a path that is always short enough.
      `--address=/proc/${pid}/root${CONTAINERD_SOCKET}`,
      '--namespace=k8s.io',
      ...args,
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout;
}
