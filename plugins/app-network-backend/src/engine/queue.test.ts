import { createWorkQueue } from './queue';

describe('createWorkQueue', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** Takes what is ready now, without waiting. */
  async function takeAll(queue: ReturnType<typeof createWorkQueue>) {
    const keys: (string | undefined)[] = [];
    while (queue.depth > 0) {
      keys.push(await queue.get());
    }
    return keys;
  }

  it('gives keys in the order they were added', async () => {
    const queue = createWorkQueue();
    queue.add('b');
    queue.add('a');
    queue.add('c');
    expect(await takeAll(queue)).toEqual(['b', 'a', 'c']);
  });

  it('gives a key that was added several times while it waited once', async () => {
    const queue = createWorkQueue();
    queue.add('a');
    queue.add('a');
    expect(await takeAll(queue)).toEqual(['a']);
  });

  it('gives a key that is added while it is worked on again, once, when that is done', async () => {
    const queue = createWorkQueue();
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await takeAll(queue)).toEqual(['a']);
    queue.done('a');
    expect(queue.depth).toBe(0);
  });

  it('hands a key to a worker that waits, and to one only', async () => {
    const queue = createWorkQueue();
    const first = queue.get();
    const second = queue.get();
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect(await first).toBe('a');
    expect(await second).toBe('b');
    expect(queue.depth).toBe(0);
  });

  it('holds a delayed key back for its time; the earliest of several times counts', async () => {
    const queue = createWorkQueue();
    queue.addAfter('a', 1000);
    queue.addAfter('a', 200);
    queue.addAfter('a', 500);
    jest.advanceTimersByTime(199);
    expect(queue.depth).toBe(0);
    jest.advanceTimersByTime(1);
    expect(await takeAll(queue)).toEqual(['a']);
    queue.done('a');
    jest.advanceTimersByTime(2000);
    expect(queue.depth).toBe(0);
  });

  it('doubles the delay of a key that fails, up to the longest, each key by itself', () => {
    const queue = createWorkQueue();
    const delays = Array.from({ length: 18 }, () => queue.addRateLimited('a'));
    expect(delays.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(delays.at(-1)).toBe(300_000);
    expect(queue.addRateLimited('b')).toBe(5);
  });

  it('starts the delays of a forgotten key anew', () => {
    const queue = createWorkQueue();
    queue.addRateLimited('a');
    queue.addRateLimited('a');
    queue.forget('a');
    expect(queue.addRateLimited('a')).toBe(5);
  });

  it('gives a failed key again after its delay, not before', async () => {
    const queue = createWorkQueue({ baseDelayMs: 100 });
    queue.add('a');
    await queue.get();
    queue.addRateLimited('a');
    queue.done('a');
    jest.advanceTimersByTime(99);
    expect(queue.depth).toBe(0);
    jest.advanceTimersByTime(1);
    expect(await takeAll(queue)).toEqual(['a']);
  });

  it('waits longer than a 32-bit timer can', () => {
    const queue = createWorkQueue();
    queue.addAfter('a', 2 ** 33);
    jest.advanceTimersByTime(1000);
    expect(queue.depth).toBe(0);
  });

  it('sends workers home when it is shut down, and takes no more', async () => {
    const queue = createWorkQueue();
    const waiting = queue.get();
    queue.addAfter('later', 10);
    queue.shutDown();
    queue.add('a');
    jest.advanceTimersByTime(10);
    expect(await waiting).toBeUndefined();
    expect(await queue.get()).toBeUndefined();
    expect(queue.depth).toBe(0);
  });
});
