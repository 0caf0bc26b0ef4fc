/** What failed, and when it is tried again. */
export interface Failure {
  message: string;
  /** Milliseconds since 1970. */
  retryAt: number;
}

/** Failures of what is tried again, later each time. */
export interface Retries {
  /** Notes a failure. One of another attempt, such as of another version, starts the delays anew. */
  failed(key: string, attempt: string, message: string): void;
  succeeded(key: string): void;
  /** The last failure of the same attempt; undefined where it has not failed. */
  find(key: string, attempt: string): Failure | undefined;
}

/**
 * @param options - the first delay, which doubles with each failure, and the longest, in milliseconds
 */
export function createRetries(options: {
  baseDelayMs: number;
  maxDelayMs: number;
}): Retries {
  const { baseDelayMs, maxDelayMs } = options;
  const failures = new Map<
    string,
    Failure & { attempt: string; count: number }
  >();
  const find = (key: string, attempt: string) => {
    const failure = failures.get(key);
    return failure?.attempt === attempt ? failure : undefined;
  };
  return {
    failed(key, attempt, message) {
      const count = find(key, attempt)?.count ?? 0;
      const delayMs = Math.min(baseDelayMs * 2 ** count, maxDelayMs);
      failures.set(key, {
        attempt,
        count: count + 1,
        message,
        retryAt: Date.now() + delayMs,
      });
    },
    succeeded: key => void failures.delete(key),
    find,
  };
}
