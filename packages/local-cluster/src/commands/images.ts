import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../cluster/errors.ts';
import {
  importImage,
  listImages,
  type ImageStore,
  type NodeImage,
} from '../cluster/images.ts';
import { clusterPaths } from '../cluster/paths.ts';
import { readRecord } from '../cluster/record.ts';
import { runningSupervisor } from '../cluster/supervisor.ts';

/** The images in the named cluster's node. */
export async function images(name: string): Promise<NodeImage[]> {
  return listImages(await imageStore(name));
}

/** Brings an image archive, as `docker save` makes it, into the node; returns the references in it that are new there. */
export async function loadImages(
  name: string,
  file: string,
): Promise<string[]> {
  const store = await imageStore(name);
  const path = resolve(file);
  await access(path).catch(() => {
    throw new UserError(`${path}: there is no such file.`);
  });
  try {
    return await importImage(store, path);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new UserError(
      `${path} can't be imported; it has to be an image archive, as \`docker save\` or \`kind\` take it: ${
        stderr?.trim() || message
      }`,
    );
  }
}

async function imageStore(name: string): Promise<ImageStore> {
  const paths = clusterPaths(name);
  const record = await readRecord(paths);
  const supervisor = await runningSupervisor(paths);
  if (!record || !supervisor) {
    throw new UserError(`The cluster "${name}" is not running.`);
  }
  if (!record.tools.ctr) {
    throw new UserError(
      `The cluster "${name}" has no node to hold images: ${record.reason}.`,
    );
  }
  return { ctr: record.tools.ctr, pid: supervisor.pid };
}
