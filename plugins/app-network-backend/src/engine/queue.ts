/** A rate-limited queue of keys. */
export interface WorkQueue {
  /**
   * Queues a key. One that is queued already is not queued again; one that is being worked on is queued again when that is done.
   */
  add(this: void, key: string): void;
  /** {@link WorkQueue.add}, later. Of several times the earliest counts. */
  addAfter(this: void, key: string, delayMs: number): void;
  /** {@link WorkQueue.add}, later each time until the key is forgotten. Returns the delay in milliseconds. */
  addRateLimited(this: void, key: string): number;
  /** Starts a key's delays anew: what was tried has succeeded. */
  forget(this: void, key: string): void;
  /** The next key, to one worker only; undefined when the queue is shut down. */
  get(this: void): Promise<string | undefined>;
  /** Ends the work on a key that {@link WorkQueue.get} gave. */
  done(this: void, key: string): void;
  /** Keys that wait for a worker. */
  readonly depth: number;
  /** Drops all that waits and sends the workers home. */
  shutDown(this: void): void;
}

export interface WorkQueueOptions {
  /** The first delay of a key that failed, in milliseconds; default 5. It doubles with each failure. */
  baseDelayMs?: number;
  /** The longest delay, in milliseconds; default 5 minutes. */
  maxDelayMs?: number;
}

/**
 * A work queue with the semantics of client-go's: keys, not events; a key is with one worker at a time; failures back off per key.
 */
export function createWorkQueue(options: WorkQueueOptions = {}): WorkQueue {
  const { baseDelayMs = 5, maxDelayMs = 5 * 60_000 } = options;
  /** Keys that need work, whether they wait or are being worked on. */
  const dirty = new Set<string>();
  const processing = new Set<string>();
  /** Keys that wait for a worker, in order; a Set keeps the order and shifts in constant time. */
  const ready = new Set<string>();
  const workers: ((key: string | undefined) => void)[] = [];
  const timers = new Map<string, { due: number; timer: NodeJS.Timeout }>();
  const failures = new Map<string, number>();
  let shuttingDown = false;

  const offer = (key: string) => {
    const worker = workers.shift();
    if (worker) {
      take(key);
      worker(key);
    } else {
      ready.add(key);
    }
  };
  const take = (key: string) => {
    ready.delete(key);
    dirty.delete(key);
    processing.add(key);
  };
  const add = (key: string) => {
    if (shuttingDown || dirty.has(key)) {
      return;
    }
    dirty.add(key);
    if (!processing.has(key)) {
      offer(key);
    }
  };
  const addAfter = (key: string, delayMs: number) => {
    if (shuttingDown) {
      return;
    }
    if (delayMs <= 0) {
      add(key);
      return;
    }
    const due = Date.now() + delayMs;
    const waiting = timers.get(key);
    if (waiting && waiting.due <= due) {
      return;
    }
    clearTimeout(waiting?.timer);
    const timer = setTimeout(() => {
      timers.delete(key);
      add(key);
    }, Math.min(delayMs, MAX_TIMER_MS));
    timers.set(key, { due, timer });
  };

  return {
    add,
    addAfter,
    addRateLimited(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      const delayMs = Math.min(baseDelayMs * 2 ** count, maxDelayMs);
      addAfter(key, delayMs);
      return delayMs;
    },
    forget: key => void failures.delete(key),
    get: () =>
      new Promise(resolve => {
        const [key] = ready;
        if (shuttingDown) {
          resolve(undefined);
        } else if (key === undefined) {
          workers.push(resolve);
        } else {
          take(key);
          resolve(key);
        }
      }),
    done(key) {
      processing.delete(key);
      if (dirty.has(key) && !shuttingDown) {
        offer(key);
      }
    },
    get depth() {
      return ready.size;
    },
    shutDown() {
      shuttingDown = true;
      timers.forEach(({ timer }) => clearTimeout(timer));
      timers.clear();
      ready.clear();
      dirty.clear();
      workers.splice(0).forEach(resolve => resolve(undefined));
    },
  };
}

/** The longest delay that setTimeout takes: it keeps it in 32 bits. */
const MAX_TIMER_MS = 2 ** 31 - 1;
