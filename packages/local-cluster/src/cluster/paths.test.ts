import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clusterPaths } from './paths.ts';

describe('clusterPaths', () => {
  test('follows XDG_STATE_HOME', () => {
    const { directory } = clusterPaths('a', { XDG_STATE_HOME: '/state' });
    assert.equal(directory, '/state/app-network/clusters/a');
  });

  for (const name of ['', 'A', '-a', 'a-', '..', 'a/b', 'a'.repeat(41)]) {
    test(`refuses the name "${name}"`, () => {
      assert.throws(() => clusterPaths(name), /--name: ".*" can't name/);
    });
  }
});
