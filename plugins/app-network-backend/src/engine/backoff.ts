/** Delays that grow while something fails. */
export interface Backoff {
  /** The next delay, in milliseconds. */
  next(): number;
  /** Starts anew: it has succeeded. */
  reset(): void;
}

/** Delays that double from the base to the maximum, each with up to as much again of chance, so that many don't come back at once. */
export function createBackoff(options: {
  baseMs: number;
  maxMs: number;
}): Backoff {
  const { baseMs, maxMs } = options;
  let failures = 0;
  return {
    next() {
      const delay = Math.min(baseMs * 2 ** failures, maxMs / 2);
      failures += 1;
      return delay * (1 + Math.random());
    },
    reset() {
      failures = 0;
    },
  };
}

/** A wait that can be cut short. */
export interface Sleeper {
  /** Resolves after the delay, when woken, or when the signal is aborted. */
  sleep(delayMs: number): Promise<void>;
  /** Cuts a wait that is under way short. */
  wake(): void;
}

export function createSleeper(signal: AbortSignal): Sleeper {
  let wake = () => {};
  signal.addEventListener('abort', () => wake(), { once: true });
  return {
    sleep: delayMs =>
      new Promise(resolve => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const timer = setTimeout(() => wake(), delayMs);
        wake = () => {
          clearTimeout(timer);
          wake = () => {};
          resolve();
        };
      }),
    wake: () => wake(),
  };
}
