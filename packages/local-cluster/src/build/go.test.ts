import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { findGo, isAtLeast, moduleVersion } from './go.ts';

describe('isAtLeast', () => {
  for (const [version, required, expected] of [
    ['1.26.8', '1.26.6', true],
    ['1.26.6', '1.26.6', true],
    ['1.27', '1.26.6', true],
    ['1.27rc1', '1.26.6', true],
    ['1.26', '1.26.0', true],
    ['1.26.5', '1.26.6', false],
    ['1.9.7', '1.26.6', false],
  ] as const) {
    it(`${version} is ${expected ? '' : 'not '}at least ${required}`, () => {
      assert.equal(isAtLeast(version, required), expected);
    });
  }
});

describe('findGo', () => {
  const path = process.env.PATH;
  const directories: string[] = [];

  afterEach(async () => {
    process.env.PATH = path;
    await Promise.all(
      directories
        .splice(0)
        .map(directory => rm(directory, { recursive: true })),
    );
  });

  const onlyGo = async (environment: Record<string, string> | undefined) => {
    const directory = await mkdtemp(join(tmpdir(), 'local-cluster-go-'));
    directories.push(directory);
    if (environment) {
      const program = join(directory, 'go');
      await writeFile(
        program,
        `#!/bin/sh\necho '${JSON.stringify(environment)}'\n`,
      );
      await chmod(program, 0o755);
    }
    process.env.PATH = directory;
  };

  it('says what to install where there is none', async () => {
    await onlyGo(undefined);
    await assert.rejects(findGo(['containerd']), {
      name: 'BuildError',
      message:
        /with Go 1\.\d+\.\d+ or newer, and there is no `go` on the PATH\. Install it from https:\/\/go\.dev\/dl\//,
    });
  });

  it('says so where it is too old and may not fetch a newer one', async () => {
    await onlyGo({ GOVERSION: 'go1.24.1', GOTOOLCHAIN: 'local' });
    await assert.rejects(findGo(['containerd']), {
      name: 'BuildError',
      message:
        /the `go` on the PATH is 1\.24\.1 and may not fetch a newer toolchain/,
    });
    await onlyGo({ GOVERSION: 'go1.19.8', GOTOOLCHAIN: '' });
    await assert.rejects(
      findGo(['containerd']),
      /the `go` on the PATH is 1\.19\.8\./,
    );
  });

  it('leaves it to Go to fetch a newer one', async () => {
    await onlyGo({ GOVERSION: 'go1.24.1', GOTOOLCHAIN: 'auto' });
    const { version } = await findGo(['containerd']);
    assert.ok(isAtLeast(version, '1.26'));
  });
});

describe('moduleVersion', () => {
  it('is the one in our go.mod', async () => {
    assert.match(
      await moduleVersion('containerd', 'github.com/containerd/containerd/v2'),
      /^v2\.\d+\.\d+$/,
    );
    assert.match(
      await moduleVersion('calico', 'github.com/projectcalico/calico'),
      /^v1\.11\.0-cni-plugin/,
    );
    await assert.rejects(
      moduleVersion('containerd', 'github.com/containerd'),
      /requires no github\.com\/containerd/,
    );
  });
});
