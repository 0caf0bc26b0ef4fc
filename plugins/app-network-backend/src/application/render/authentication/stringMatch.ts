import { RE2JS } from 're2js';

/** A text that is compared as Istio's policies do: whole, by its beginning or its end, or any that is not empty. */
export type Pattern =
  | { type: 'exact' | 'prefix' | 'suffix'; value: string }
  | { type: 'any' };

/** How a VirtualService compares a text (Istio, StringMatch). */
export type StringMatch =
  | { exact: string }
  | { prefix: string }
  | { regex: string };

/** Longest regular expression that Istio takes in a VirtualService (validateStringMatchRegexp). */
export const MAX_EXPRESSION_LENGTH = 1024;

/** Length of a match whose regular expression is longer than Istio takes; undefined where none is. */
export function excessLength(match: StringMatch): number | undefined {
  const { length } = 'regex' in match ? match.regex : '';
  return length > MAX_EXPRESSION_LENGTH ? length : undefined;
}

/** What is told of one that is longer. */
export function tooLong(what: string, length: number): string {
  return `${what} make a regular expression of ${length} characters, and Istio takes at most ${MAX_EXPRESSION_LENGTH}. Name fewer, or what they begin with in common, with * at the end.`;
}

/** A value as people write it: `*` alone, at its beginning or at its end (Istio, Authorization Policy: "Value matching"). */
export function patternOf(value: string): Pattern {
  if (value === '*') {
    return { type: 'any' };
  }
  if (value.startsWith('*')) {
    return { type: 'suffix', value: value.slice(1) };
  }
  return value.endsWith('*')
    ? { type: 'prefix', value: value.slice(0, -1) }
    : { type: 'exact', value };
}

/** A match of any of the patterns, whatever their order. */
export function anyOf(patterns: readonly Pattern[]): StringMatch {
  const first = patterns.find(({ type }) => type === 'any') ?? patterns[0];
  const expressions = [...new Set(patterns.map(expressionOf))].sort();
  if (!first || (first.type !== 'any' && expressions.length > 1)) {
    return { regex: expressions.join('|') };
  }
  switch (first.type) {
    case 'exact':
      return { exact: first.value };
    case 'prefix':
      return { prefix: first.value };
    default:
      return { regex: expressionOf(first) };
  }
}

/** RE2, for the whole text; a line break is a character as any other. */
function expressionOf(pattern: Pattern): string {
  switch (pattern.type) {
    case 'exact':
      return RE2JS.quote(pattern.value);
    case 'prefix':
      return `${RE2JS.quote(pattern.value)}(?s:.*)`;
    case 'suffix':
      return `(?s:.*)${RE2JS.quote(pattern.value)}`;
    default:
      return '(?s:.+)';
  }
}
