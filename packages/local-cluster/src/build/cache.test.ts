import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  cacheRoot,
  createEntry,
  digestOf,
  filesOf,
  findEntry,
} from './cache.ts';

describe('digestOf', () => {
  it('is the same for the same inputs and another for any other', () => {
    assert.equal(digestOf(['a', 'b']), digestOf(['a', 'b']));
    const others = [['a', 'c'], ['b', 'a'], ['ab'], ['a', 'b', ''], ['ab', '']];
    const digests = new Set(
      [['a', 'b'], ...others].map(inputs => digestOf(inputs)),
    );
    assert.equal(digests.size, others.length + 1);
  });
});

describe('cacheRoot', () => {
  it('is in XDG_CACHE_HOME, which may be empty or unset', () => {
    assert.equal(
      cacheRoot({ XDG_CACHE_HOME: '/c' }),
      '/c/app-network/local-cluster',
    );
    assert.match(
      cacheRoot({ XDG_CACHE_HOME: '' }),
      /\/\.cache\/app-network\/local-cluster$/,
    );
    assert.match(cacheRoot({}), /\/\.cache\/app-network\/local-cluster$/);
  });
});

describe('entries', () => {
  const digests = ['a', 'b', 'c', 'd', 'e'].map(name => digestOf([name]));
  const [current = '', next = ''] = digests;
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'local-cluster-cache-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const entry = (
    digest: string,
    build: (directory: string) => Promise<void> = async () => undefined,
  ) => ({
    part: 'part',
    digest,
    build,
  });

  it('are built once, however many ask at the same time', async () => {
    let builds = 0;
    const build = async (directory: string) => {
      builds++;
      await writeFile(join(directory, 'result'), 'built');
    };
    const directories = await Promise.all(
      [1, 2, 3].map(() => createEntry(root, entry(current, build))),
    );
    assert.equal(builds, 1);
    assert.deepEqual(
      new Set(directories),
      new Set([join(root, 'part', current)]),
    );
    assert.equal(await findEntry(root, 'part', current), directories[0]);
    assert.equal(
      await readFile(join(directories[0] ?? '', 'result'), 'utf8'),
      'built',
    );
  });

  it('are not there when their build fails, and are built the next time', async () => {
    const failing = entry(current, async directory => {
      await writeFile(join(directory, 'half'), '');
      throw new Error('no space left');
    });
    await assert.rejects(createEntry(root, failing), /no space left/);
    assert.equal(await findEntry(root, 'part', current), undefined);
    const directory = await createEntry(root, entry(current));
    assert.deepEqual(await readdir(directory), []);
  });

  it('wait for a build in another process, and outlive its sudden end', async () => {
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { createEntry } from ${JSON.stringify(
        join(import.meta.dirname, 'cache.ts'),
      )};
       await createEntry(${JSON.stringify(
         root,
       )}, { part: 'part', digest: ${JSON.stringify(current)}, build: () => {
         console.log('building');
         return new Promise(() => setInterval(() => {}, 1000));
       } });`,
    ]);
    await once(holder.stdout, 'data');
    let waited = false;
    const built = createEntry(root, {
      ...entry(current),
      onWait: () => {
        waited = true;
        holder.kill('SIGKILL');
      },
    });
    assert.equal(await built, join(root, 'part', current));
    assert.ok(waited);
  });

  it('that are old are removed when another is built', async () => {
    for (const [index, digest] of digests.slice(1).entries()) {
      const directory = await createEntry(root, entry(digest));
      const daysAgo = new Date(Date.now() - (index + 2) * 24 * 60 * 60 * 1000);
      await utimes(directory, daysAgo, daysAgo);
    }
    await createEntry(root, entry(current));
    assert.equal(await findEntry(root, 'part', next), undefined);
    assert.ok(await findEntry(root, 'part', current));
  });

  it('whose program runs stay, however old', async () => {
    const directory = await createEntry(
      root,
      entry(next, d => copyFile('/bin/sleep', join(d, 'program'))),
    );
    const program = spawn(join(directory, 'program'), ['60']);
    try {
      await once(program, 'spawn');
      await utimes(directory, 0, 0);
      await createEntry(root, entry(current));
      assert.ok(await findEntry(root, 'part', next));
    } finally {
      program.kill();
      await once(program, 'exit');
    }
    await utimes(directory, 0, 0);
    await createEntry(root, entry(digests[2] ?? ''));
    assert.equal(await findEntry(root, 'part', next), undefined);
  });

  it('that a killed build left unfinished are removed', async () => {
    const unfinished = join(root, 'part', `.unfinished-${next}`);
    await mkdir(unfinished, { recursive: true });
    await createEntry(root, entry(current));
    assert.ok(
      !(await readdir(join(root, 'part'))).some(name =>
        name.startsWith('.unfinished'),
      ),
    );
  });
});

describe('filesOf', () => {
  it('is the files with their paths, sorted, without those that do not count', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'local-cluster-files-'));
    try {
      await mkdir(join(directory, 'sub'));
      await writeFile(join(directory, 'z.go'), 'z');
      await writeFile(join(directory, 'sub', 'a.go'), 'a');
      await writeFile(join(directory, 'a_test.go'), 'test');
      const files = await filesOf(
        directory,
        name => !name.endsWith('_test.go'),
      );
      assert.deepEqual(files, ['sub/a.go\0a', 'z.go\0z']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
