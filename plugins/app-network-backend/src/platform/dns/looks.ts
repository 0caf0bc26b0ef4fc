import limitConcurrency from 'p-limit';

/** Looks now and then at what no informer follows, beside the reconciler, which only reads what was seen last. */
export interface Looks<Question, Seen> {
  /**
   * What was seen last in answer to this question; undefined until the first look has ended. The key is looked at from now on, later each
   * time as long as the same is seen.
   */
  see(key: string, question: Question): Seen | undefined;
  /** Looks no more. */
  forget(key: string): void;
}

export interface LooksOptions<Question, Seen> {
  /** Must not fail: that it can't be looked at is something that is seen. */
  look(question: Question): Promise<Seen>;
  /**
   * How long until the next look, in milliseconds.
   *
   * @param times - how often just this has been seen in a row, from 1
   */
  againAfterMs(seen: Seen, times: number): number;
  /** Something else is seen than before. */
  onChange(key: string): void;
  /** Ends all. */
  signal: AbortSignal;
}

/** At most this many looks are under way at a time. */
const CONCURRENCY = 16;

interface Entry<Question, Seen> {
  question: Question;
  asked: string;
  seen?: Seen;
  times: number;
  timer?: NodeJS.Timeout;
}

export function createLooks<Question, Seen>(
  options: LooksOptions<Question, Seen>,
): Looks<Question, Seen> {
  const { againAfterMs, onChange, signal } = options;
  const entries = new Map<string, Entry<Question, Seen>>();
  const limited = limitConcurrency(CONCURRENCY);

  const isCurrent = (key: string, entry: Entry<Question, Seen>) =>
    entries.get(key) === entry && !signal.aborted;

  const lookAt = async (key: string, entry: Entry<Question, Seen>) => {
    const seen = await limited(async () =>
      isCurrent(key, entry) ? options.look(entry.question) : undefined,
    );
    if (seen === undefined || !isCurrent(key, entry)) {
      return;
    }
    const isSame = JSON.stringify(seen) === JSON.stringify(entry.seen);
    entry.seen = seen;
    entry.times = isSame ? entry.times + 1 : 1;
    entry.timer = setTimeout(
      () => void lookAt(key, entry),
      againAfterMs(seen, entry.times),
    );
    // It keeps no process alive.
    entry.timer.unref();
    if (!isSame) {
      onChange(key);
    }
  };
  const forget = (key: string) => {
    clearTimeout(entries.get(key)?.timer);
    entries.delete(key);
  };
  signal.addEventListener('abort', () => [...entries.keys()].forEach(forget), {
    once: true,
  });

  return {
    see(key, question) {
      const asked = JSON.stringify(question);
      const known = entries.get(key);
      if (known?.asked === asked) {
        return known.seen;
      }
      forget(key);
      if (!signal.aborted) {
        const entry = { question, asked, times: 0 };
        entries.set(key, entry);
        void lookAt(key, entry);
      }
      return undefined;
    },
    forget,
  };
}
