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
