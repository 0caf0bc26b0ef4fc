import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { startPart } from './progress.ts';
import type { BuildProgress } from './types.ts';

describe('startPart', () => {
  const plan = {
    name: 'istio',
    title: 'Istio 1.31',
    index: 3,
    total: 12,
    expectedSeconds: 190,
    expectedIsMeasured: false,
  } as const;
  let reports: BuildProgress[];
  const report = (progress: BuildProgress) => reports.push(progress);

  beforeEach(() => {
    reports = [];
    mock.timers.enable({ apis: ['Date', 'setInterval'] });
  });
  afterEach(() => mock.timers.reset());

  it('tells each second how long a build has taken, and stops at its end', () => {
    const part = startPart(plan, report);
    part.step('downloading');
    mock.timers.tick(1000);
    part.step('building');
    mock.timers.tick(1000);
    mock.timers.tick(1000);
    assert.equal(part.done(), 3);
    mock.timers.tick(5000);
    assert.deepEqual(
      reports.map(({ state, step, elapsedSeconds }) => [
        state,
        step,
        elapsedSeconds,
      ]),
      [
        ['building', 'downloading', 0],
        ['building', 'downloading', 1],
        ['building', 'building', 1],
        ['building', 'building', 2],
        ['building', 'building', 3],
        ['done', undefined, 3],
      ],
    );
    const { name, ...rest } = plan;
    assert.deepEqual(reports.at(-1), {
      part: name,
      ...rest,
      state: 'done',
      elapsedSeconds: 3,
    });
  });

  it('tells of a part that was there already once, with no time', () => {
    startPart(plan, report).cached();
    assert.deepEqual(
      reports.map(({ state, elapsedSeconds }) => [state, elapsedSeconds]),
      [['cached', 0]],
    );
  });

  it('stops at a failure', () => {
    const part = startPart(plan, report);
    part.step('building');
    part.failed();
    mock.timers.tick(5000);
    assert.deepEqual(
      reports.map(({ state }) => state),
      ['building', 'failed'],
    );
  });
});
