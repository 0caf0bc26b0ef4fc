import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLdd } from './sharedLibraries.ts';

describe('parseLdd', () => {
  it('takes libraries and the loader, and leaves the kernel’s out', () => {
    const output = [
      '\tlinux-vdso.so.1 (0x00007ffd3a5f2000)',
      '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f0a9c0f1000)',
      '\t/lib64/ld-linux-x86-64.so.2 (0x00007f0a9c1e0000)',
      '',
    ].join('\n');
    assert.deepEqual(parseLdd(output, 'envoy'), [
      '/lib/x86_64-linux-gnu/libm.so.6',
      '/lib64/ld-linux-x86-64.so.2',
    ]);
  });

  it('names what is missing', () => {
    assert.throws(
      () => parseLdd('\tlibip4tc.so.2 => not found\n', 'xtables-legacy-multi'),
      /xtables-legacy-multi needs the shared library libip4tc\.so\.2/,
    );
  });

  it('is empty for a static program', () => {
    assert.deepEqual(parseLdd('\tstatically linked\n', 'pause'), []);
  });
});
