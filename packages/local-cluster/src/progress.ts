import type { BuildProgress } from './build/types.ts';

/** Says on standard error what is going on: one line for each step, and on a terminal the running one kept up to date. */
export interface Progress {
  /** A line of its own. */
  line(text: string): void;
  /** Told by the build, about once a second. */
  build(progress: BuildProgress): void;
  /** Runs a step and says how long it took. */
  step<T>(title: string, action: () => Promise<T>): Promise<T>;
}

const QUIET_INTERVAL = 15;

/** Progress on the given stream. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  let transient = false;
  const clear = () => {
    if (transient) {
      stream.write('\r\u001b[K');
      transient = false;
    }
  };
  const line = (text: string) => {
    clear();
    stream.write(`${text}\n`);
  };
  // Steps run side by side, so that only their ends are lines.
  const show = (text: string) => {
    if (stream.isTTY) {
      clear();
      stream.write(text.slice(0, (stream.columns ?? 80) - 1));
      transient = true;
    }
  };
  let lastQuietLine = '';
  return {
    line,
    build(progress) {
      const text = describeBuild(progress);
      if (progress.state === 'building') {
        show(text);
        const beat = Math.floor(progress.elapsedSeconds / QUIET_INTERVAL);
        const key = `${progress.part} ${beat}`;
        if (!stream.isTTY && key !== lastQuietLine) {
          lastQuietLine = key;
          line(text);
        }
      } else if (progress.state !== 'cached') {
        line(text);
      }
    },
    async step(title, action) {
      const start = Date.now();
      show(`${title} …`);
      const result = await action();
      line(`${title} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
      return result;
    },
  };
}

/** One line about a part of the build. */
export function describeBuild(progress: BuildProgress): string {
  const { index, total, title, state, step } = progress;
  const counter = `[${index}/${total}] ${title}`;
  const elapsed = duration(progress.elapsedSeconds);
  switch (state) {
    case 'building': {
      const expected = `${
        progress.expectedIsMeasured ? 'last time' : 'about'
      } ${duration(progress.expectedSeconds)}`;
      return `${counter}: ${elapsed} (${expected})${step ? `, ${step}` : ''}`;
    }
    case 'cached':
      return `${counter}: there already`;
    case 'failed':
      return `${counter}: failed after ${elapsed}`;
    default:
      return `${counter}: built in ${elapsed}`;
  }
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60
    ? `${whole} s`
    : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
