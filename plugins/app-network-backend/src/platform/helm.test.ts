import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HelmRelease } from './components/types';
import { causeOf, releaseDigest } from './helm';

const release: HelmRelease = {
  component: 'istio',
  release: 'istiod',
  namespace: 'istio-system',
  enabled: true,
  chart: 'istiod',
  source: { repository: 'https://example.com' },
  version: '1.2.3',
  values: { a: 1, b: { c: 2, d: 3 } },
  layers: { profile: {}, user: {} },
  needs: [],
};

describe('releaseDigest', () => {
  it('is a label value, and does not depend on the order of fields', async () => {
    const digest = await releaseDigest(release);
    expect(digest).toMatch(/^[0-9a-f]{40}$/);
    expect(
      await releaseDigest({ ...release, values: { b: { d: 3, c: 2 }, a: 1 } }),
    ).toBe(digest);
  });

  it.each<[string, Partial<HelmRelease>]>([
    ['version', { version: '1.2.4' }],
    ['values', { values: { a: 1, b: { c: 2, d: 4 } } }],
    ['source', { source: { repository: 'https://example.org' } }],
  ])('changes with the %s', async (_, change) => {
    expect(await releaseDigest({ ...release, ...change })).not.toBe(
      await releaseDigest(release),
    );
  });

  it("changes with a packed chart's contents", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'helm-test-'));
    const file = path.join(folder, 'chart.tgz');
    const fromFile = { ...release, source: { path: file } };
    const digests = new Set<string>();
    for (const contents of ['one', 'two', 'one']) {
      await writeFile(file, contents);
      digests.add(await releaseDigest(fromFile));
    }
    await rm(folder, { recursive: true });
    digests.add(await releaseDigest(fromFile));
    expect(digests.size).toBe(3);
  });
});

describe('causeOf', () => {
  it.each([
    [
      'Error: UPGRADE FAILED: cannot patch "x" with kind Deployment\n',
      'cannot patch "x" with kind Deployment',
    ],
    [
      'level=WARN msg="upgrade failed" name=x\nError: INSTALLATION FAILED: timed out\n',
      'timed out',
    ],
    ['level=ERROR msg=x\nplain words\n', 'plain words'],
    ['', ''],
  ])('reads %j', (stderr, cause) => {
    expect(causeOf(stderr)).toBe(cause);
  });

  it('keeps it short enough for a status', () => {
    expect(causeOf(`Error: ${'x'.repeat(5000)}`)).toHaveLength(1002);
  });
});
