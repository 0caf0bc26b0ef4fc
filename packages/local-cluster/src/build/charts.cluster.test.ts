import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ensureBuilt } from './ensureBuilt.ts';
import { ensureExtra } from './ensureExtra.ts';
import { run } from './run.ts';
import type { Built, ChartName } from './types.ts';

describe('charts with their default values', () => {
  let built: Built;
  before(async () => {
    built = await ensureBuilt({ install: false, report: () => undefined });
  });

  const render = (chart: ChartName, ...args: string[]) =>
    run(built.helm, ['template', chart, built.charts[chart].path, ...args]);
  const references = () =>
    built.node.possible
      ? built.node.images.map(({ reference }) => reference)
      : [];
  // Of what runs by itself: istiod's configuration has templates of pods besides.
  const imagesIn = (manifests: string) =>
    manifests
      .split(/^---$/m)
      .filter(manifest => /^kind: (Deployment|Job)$/m.test(manifest))
      .flatMap(manifest => [
        ...manifest.matchAll(/^[ -]+image: "?([^"\s]+)"?$/gm),
      ])
      .map(([, image = '']) => image);

  for (const [chart, count] of [
    ['cert-manager', 4],
    ['istiod', 1],
  ] as const) {
    it(
      `${chart} asks for images that are built`,
      { skip: process.getuid?.() !== 0 && 'needs a node' },
      async () => {
        const images = new Set(imagesIn(await render(chart)));
        assert.equal(images.size, count);
        for (const image of images) {
          assert.ok(
            references().includes(image),
            `${image} is not among ${references().join(', ')}`,
          );
        }
      },
    );
  }

  it(
    'istiod injects a sidecar that is built',
    { skip: process.getuid?.() !== 0 && 'needs a node' },
    async () => {
      const manifests = await render('istiod');
      const hub = /"hub": "([^"]+)"/.exec(manifests)?.[1];
      const tag = /"tag": "([^"]+)"/.exec(manifests)?.[1];
      assert.ok(
        references().includes(`${hub}/proxyv2:${tag}`),
        `${hub}/proxyv2:${tag}`,
      );
    },
  );

  it(
    'external-dns asks for the image that is built',
    { skip: process.getuid?.() !== 0 && 'needs a node' },
    async () => {
      const { image, chart } = await ensureExtra('external-dns', {
        install: false,
        report: () => undefined,
      });
      const manifests = await run(built.helm, [
        ...['template', 'external-dns', chart.path, '--set', 'policy=sync'],
      ]);
      assert.deepEqual(imagesIn(manifests), [image.reference]);
    },
  );

  it('istio-gateway leaves its image to injection', async () => {
    assert.deepEqual(imagesIn(await render('istio-gateway')), ['auto']);
  });

  it('istio-base has none', async () => {
    assert.deepEqual(imagesIn(await render('istio-base')), []);
  });

  it('carry the version that is told', async () => {
    for (const [name, { path, version }] of Object.entries(built.charts)) {
      const chart = await run(built.helm, ['show', 'chart', path]);
      assert.match(chart, new RegExp(`^version: ${version}$`, 'm'), name);
      assert.match(chart, new RegExp(`^appVersion: ${version}$`, 'm'), name);
    }
  });
});
