import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { extract, type Header } from 'tar-stream';
import { writeImageArchive, type ImageSource } from './imageArchive.ts';

type Entries = Map<string, { header: Header; content: Buffer }>;

describe('writeImageArchive', () => {
  let directory: string;
  let source: ImageSource;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'local-cluster-archive-'));
    await writeFile(join(directory, 'program'), 'x'.repeat(200_000), {
      mode: 0o700,
    });
    await symlink('program', join(directory, 'link'));
    source = {
      files: {
        '/usr/bin/program': {
          type: 'copy',
          from: join(directory, 'link'),
          mode: 0o755,
        },
        '/usr/bin/alias': { type: 'link', to: 'program' },
        '/etc/passwd': {
          type: 'file',
          content: 'root:x:0:0::/root:/sbin/nologin\n',
        },
        '/etc/istio': { type: 'directory', user: 1337 },
        '/tmp': { type: 'directory', mode: 0o1777 },
      },
      images: [
        {
          reference: 'example.com/one:v1',
          config: {
            Entrypoint: ['/usr/bin/program', 'one'],
            User: '1337:1337',
          },
        },
        {
          reference: 'example.com/two:v1',
          config: { Entrypoint: ['/usr/bin/program', 'two'] },
        },
      ],
    };
  });
  after(() => rm(directory, { recursive: true }));

  it('is an OCI image layout: every digest and size is that of its blob', async () => {
    const path = join(directory, 'image.tar');
    const ids = await writeImageArchive(path, source, 'amd64');
    const entries = await readTar(createReadStream(path));
    assert.deepEqual(json(entries, 'oci-layout'), {
      imageLayoutVersion: '1.0.0',
    });
    for (const [name, { content }] of entries) {
      if (name.startsWith('blobs/')) {
        assert.equal(
          name,
          `blobs/sha256/${createHash('sha256').update(content).digest('hex')}`,
        );
      }
    }
    const { manifests } = json(entries, 'index.json') as {
      manifests: {
        digest: string;
        size: number;
        annotations: Record<string, string>;
      }[];
    };
    assert.deepEqual(
      manifests.map(
        ({ annotations }) => annotations['io.containerd.image.name'],
      ),
      ['example.com/one:v1', 'example.com/two:v1'],
    );
    for (const [index, { digest, size }] of manifests.entries()) {
      assert.equal(blob(entries, digest).length, size);
      const manifest = JSON.parse(blob(entries, digest).toString()) as {
        config: { digest: string };
        layers: { digest: string; size: number }[];
      };
      const [layer] = manifest.layers;
      assert.equal(blob(entries, layer?.digest ?? '').length, layer?.size);
      const { reference, config } = source.images[index] ?? assert.fail();
      assert.equal(ids[reference], manifest.config.digest);
      assert.deepEqual(
        JSON.parse(blob(entries, manifest.config.digest).toString()),
        {
          architecture: 'amd64',
          os: 'linux',
          config,
          rootfs: { type: 'layers', diff_ids: [layer?.digest] },
        },
      );
    }
  });

  it('has the files with their modes and owners, after the directories they are in', async () => {
    const path = join(directory, 'files.tar');
    await writeImageArchive(path, source, 'amd64');
    const archive = await readTar(createReadStream(path));
    const [, { content: layer } = assert.fail()] =
      [...archive].find(([name]) => name.startsWith('blobs/')) ?? assert.fail();
    const entries = await readTar(Readable.from(layer));
    assert.deepEqual(
      [...entries.keys()],
      [
        'etc/',
        'etc/istio/',
        'etc/passwd',
        'tmp/',
        'usr/',
        'usr/bin/',
        'usr/bin/alias',
        'usr/bin/program',
      ],
    );
    const header = (name: string) => entries.get(name)?.header;
    assert.equal(header('usr/bin/program')?.mode, 0o755);
    assert.equal(header('usr/bin/program')?.size, 200_000);
    assert.equal(header('usr/bin/alias')?.linkname, 'program');
    assert.equal(header('etc/istio/')?.uid, 1337);
    assert.equal(header('tmp/')?.mode, 0o1777);
    assert.equal(header('etc/passwd')?.mode, 0o644);
  });

  it('is the same, byte for byte, the next time', async () => {
    const [first, second] = [
      join(directory, 'first.tar'),
      join(directory, 'second.tar'),
    ];
    await writeImageArchive(first, source, 'amd64');
    await writeImageArchive(second, source, 'amd64');
    assert.ok((await readFile(first)).equals(await readFile(second)));
  });

  it(
    'fails, rather than hang, when a file is not there',
    { timeout: 5000 },
    async () => {
      const files = {
        '/program': { type: 'copy', from: join(directory, 'missing') },
      } as const;
      await assert.rejects(
        writeImageArchive(
          join(directory, 'bad.tar'),
          { ...source, files },
          'amd64',
        ),
        /ENOENT/,
      );
    },
  );
});

async function readTar(stream: Readable): Promise<Entries> {
  const entries: Entries = new Map();
  for await (const entry of stream.pipe(extract())) {
    entries.set(entry.header.name, {
      header: entry.header,
      content: await buffer(entry),
    });
  }
  return entries;
}

function json(entries: Entries, name: string): unknown {
  return JSON.parse(entries.get(name)?.content.toString() ?? '');
}

function blob(entries: Entries, digest: string): Buffer {
  return (
    entries.get(`blobs/${digest.replace(':', '/')}`)?.content ??
    assert.fail(`no blob ${digest}`)
  );
}
