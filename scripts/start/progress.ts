/** What one part of the start is at. */
export type PartState = 'running' | 'ready' | 'failed' | 'idle';

/** One line for each part. On a terminal the lines stay in place; elsewhere each change is a line of its own. */
export interface Progress {
  /** Says what a part is at. Text of several lines is cut after the first; what is longer belongs in `note`. */
  set(part: string, state: PartState, text: string): void;
  /** Says something once, in lines of its own. */
  note(text: string): void;
  /** No more lines are updated. */
  stop(): void;
}

const MARKS: Record<PartState, string> = {
  running: '…',
  ready: '✔',
  failed: '✖',
  idle: '-',
};

/** @param parts - in the order in which they are shown */
export function progressOn(
  stream: NodeJS.WriteStream,
  parts: string[],
): Progress {
  const width = Math.max(...parts.map(part => part.length));
  const lines = new Map<
    string,
    { state: PartState; text: string; since: number }
  >();
  let drawn = 0;
  let stopped = false;

  const describe = (part: string) => {
    const line = lines.get(part);
    if (!line) {
      return undefined;
    }
    const seconds = Math.round((Date.now() - line.since) / 1000);
    const elapsed =
      stream.isTTY && line.state === 'running' && seconds >= 2
        ? ` (${seconds} s)`
        : '';
    return `${MARKS[line.state]} ${part.padEnd(width)}  ${line.text}${elapsed}`;
  };

  const erase = () => {
    if (drawn > 0) {
      stream.write(`\u001b[${drawn}A\u001b[J`);
      drawn = 0;
    }
  };
  const draw = () => {
    const shown = parts.map(describe).filter(line => line !== undefined);
    const columns = (stream.columns || 80) - 1;
    stream.write(shown.map(line => `${line.slice(0, columns)}\n`).join(''));
    drawn = shown.length;
  };
  const redraw = () => {
    erase();
    draw();
  };
  const timer = stream.isTTY ? setInterval(redraw, 1000) : undefined;

  return {
    set(part, state, text) {
      const before = lines.get(part);
      const [first = ''] = text.trim().split('\n');
      if (stopped || (before?.state === state && before.text === first)) {
        return;
      }
      const since = before?.state === 'running' ? before.since : Date.now();
      lines.set(part, { state, text: first, since });
      if (stream.isTTY) {
        redraw();
      } else {
        stream.write(`${describe(part)}\n`);
      }
    },
    note(text) {
      if (stream.isTTY) {
        erase();
      }
      stream.write(`${text.trimEnd()}\n`);
      if (stream.isTTY && !stopped) {
        draw();
      }
    },
    stop() {
      stopped = true;
      drawn = 0;
      clearInterval(timer);
    },
  };
}
