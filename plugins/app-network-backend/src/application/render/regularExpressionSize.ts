/**
 * About how much of a regular expression there is once its repetitions are written out, in instructions of RE2: a{100} is a hundred, and so
 * is (ab){50}. An estimate that is rather too high, from the text alone: compiling is what takes the time and the memory.
 *
 * @param expression - as RE2 reads it (https://github.com/google/re2/wiki/Syntax)
 */
export function regularExpressionSize(expression: string): number {
  const groups: Group[] = [{ before: 0, last: 0 }];
  for (const [token] of expression.matchAll(TOKEN)) {
    const group = groups.at(-1) ?? { before: 0, last: 0 };
    const [, least = '', most] = REPETITION.exec(token) ?? [];
    if (least) {
      group.last *= Math.max(Number(most || least), 1);
    } else if (token.startsWith('(') && !token.endsWith(')')) {
      groups.push({ before: 0, last: 0 });
    } else if (token === ')' && groups.length > 1) {
      groups.pop();
      add(groups.at(-1) ?? group, group.before + group.last + 2);
    } else {
      add(group, sizeOf(token));
    }
  }
  return groups.reduce((sum, { before, last }) => sum + before + last, 0);
}

/** What stands in a pair of parentheses, so far. */
interface Group {
  before: number;
  /** What a repetition that follows would repeat. */
  last: number;
}

/** A quotation, an escape, a class, the beginning of a group, a repetition, or one character. */
const TOKEN =
  /\\Q[^]*?(?:\\E|$)|\\[pP](?:\{[^}]*\}|.)|\\x\{[^}]*\}|\\[^]|\[\^?\]?(?:\[:\^?\w+:\]|\\[pP]\{[^}]*\}|\\[^]|[^\]\\])*\]?|\(\?P?<[^>]*>|\(\?[a-zA-Z-]*[:)]?|\{\d+(?:,\d*)?\}|[^]/gu;

const REPETITION = /^\{(\d+)(?:,(\d*))?\}$/;

/** Ranges of characters in a class of Unicode, as far as they are single bytes, which is how Envoy reads. */
const UNICODE_CLASS = 32;

function add(group: Group, size: number): void {
  group.before += group.last;
  group.last = size;
}

function sizeOf(token: string): number {
  const classes = token.match(/\\[pP]/g)?.length ?? 0;
  return Math.max(Buffer.byteLength(token), 2) + classes * UNICODE_CLASS;
}
