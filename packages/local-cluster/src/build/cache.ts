import { createHash } from 'node:crypto';
import {
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { withFileLock, type LockOptions } from './fileLock.ts';

const DAY = 24 * 60 * 60 * 1000;
/** An entry that is this long out of use is removed when its part is built anew. */
const KEEP_FOR = DAY;
/** And of those that are younger, no more than this many, the newest first. */
const KEEP_COUNT = 3;

/** What a part is kept under, and how to make it when it isn't there. */
export interface Entry extends LockOptions {
  /** The part's name: a folder. */
  part: string;
  digest: string;
  /** Fills an empty directory. */
  build: (directory: string) => Promise<void>;
}

/** Where built things are kept: `app-network/local-cluster` in the user's cache directory. */
export function cacheRoot(
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const base = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'app-network', 'local-cluster');
}

/** The digest of everything that decides about a result, in order. Sixteen hex digits: short paths, no collisions here. */
export function digestOf(inputs: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    // The length keeps ['ab', 'c'] apart from ['a', 'bc'].
    hash.update(`${Buffer.byteLength(input)}:`).update(input);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Every file below a directory as `path\0content`, sorted by path. */
export async function filesOf(
  directory: string,
  accept: (name: string) => boolean = () => true,
): Promise<string[]> {
  const entries = await readdir(directory, {
    recursive: true,
    withFileTypes: true,
  });
  const paths = entries
    .filter(entry => entry.isFile() && accept(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    paths.map(
      async path =>
        `${path.slice(directory.length + 1)}\0${await readFile(path, 'utf8')}`,
    ),
  );
}

/** The directory of an entry if it is there; marks it as used. */
export async function findEntry(
  root: string,
  part: string,
  digest: string,
): Promise<string | undefined> {
  const directory = join(root, part, digest);
  try {
    const now = new Date();
    await utimes(directory, now, now);
    return directory;
  } catch {
    return undefined;
  }
}

/**
 * Build an entry unless another process has done so meanwhile, and remove the part's old ones. A half-built entry is
 * never seen: it is built beside and renamed.
 */
export async function createEntry(
  root: string,
  { part, digest, build, ...lock }: Entry,
): Promise<string> {
  const partDirectory = join(root, part);
  await mkdir(partDirectory, { recursive: true });
  return withFileLock(
    join(partDirectory, 'lock.sqlite'),
    async () => {
      const found = await findEntry(root, part, digest);
      if (found) {
        return found;
      }
      const unfinished = join(partDirectory, `${UNFINISHED}${digest}`);
      await rm(unfinished, { recursive: true, force: true });
      await mkdir(unfinished);
      await build(unfinished);
      const directory = join(partDirectory, digest);
      await rename(unfinished, directory);
      await prune(partDirectory, digest);
      return directory;
    },
    lock,
  );
}

/** Seconds that the part took when it was last built here. */
export async function lastDuration(
  root: string,
  part: string,
): Promise<number | undefined> {
  try {
    const { seconds } = JSON.parse(
      await readFile(join(root, part, DURATION), 'utf8'),
    ) as { seconds?: unknown };
    return typeof seconds === 'number' ? seconds : undefined;
  } catch {
    return undefined;
  }
}

/** Remember how long a build took. */
export async function rememberDuration(
  root: string,
  part: string,
  seconds: number,
): Promise<void> {
  await writeFile(
    join(root, part, DURATION),
    `${JSON.stringify({ seconds: Math.round(seconds) })}\n`,
  );
}

const UNFINISHED = '.unfinished-';
const DURATION = 'duration.json';
const DIGEST = /^[0-9a-f]{16}$/;

/** Remove what is neither `current` nor young nor running; called with the part's lock held. */
async function prune(partDirectory: string, current: string): Promise<void> {
  const names = await readdir(partDirectory);
  await Promise.all(
    // Left behind by a build that was killed: the lock says that none is going on.
    names
      .filter(name => name.startsWith(UNFINISHED))
      .map(name =>
        rm(join(partDirectory, name), { recursive: true, force: true }),
      ),
  );
  const old = names.filter(name => DIGEST.test(name) && name !== current);
  if (old.length === 0) {
    return;
  }
  const used = await Promise.all(
    old.map(async name => ({
      name,
      at: (await stat(join(partDirectory, name))).mtimeMs,
    })),
  );
  used.sort((a, b) => b.at - a.at);
  const programs = await runningPrograms();
  for (const [index, { name, at }] of used.entries()) {
    const directory = join(partDirectory, name);
    const young = index < KEEP_COUNT - 1 && Date.now() - at < KEEP_FOR;
    const running = programs.some(program =>
      program.startsWith(directory + sep),
    );
    if (!young && !running) {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

/** Paths of the programs that run now, as far as they may be known. */
async function runningPrograms(): Promise<string[]> {
  const processes = await readdir('/proc').catch(() => []);
  const links = processes
    .filter(name => /^\d+$/.test(name))
    .map(pid => readlink(`/proc/${pid}/exe`).catch(() => undefined));
  return (await Promise.all(links)).filter(link => link !== undefined);
}
