import { isDeepStrictEqual } from 'node:util';
import type {
  AppNetworkRouteMatch,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { RE2JS } from 're2js';
import { compareMatches, normalized } from '../application/render/routes';
import { regularExpressionError } from '../application/render/matchProblems';
import type { ImportContext, ImportedRule } from './types';

/** A rule, with where it comes from. */
export interface PlacedRule {
  field: string;
  rule: ImportedRule;
}

/**
 * Lists rules that get requests which the object, read from its first rule to its last, gives to one that stands before.
 *
 * @param rules - in the order in which the object tries them
 */
export function listOrderChanges(
  context: ImportContext,
  object: KubernetesObject,
  rules: readonly PlacedRule[],
): void {
  rules.forEach(({ field, rule }, index) => {
    const match = normalized(rule.match);
    const before = rules.slice(0, index).find(({ rule: earlier }) => {
      const other = normalized(earlier.match);
      return (
        compareMatches(match, other) < 0 &&
        !isDeepStrictEqual(targetOf(rule), targetOf(earlier)) &&
        mayMeet(match, other)
      );
    });
    if (before) {
      context.note(
        object,
        field,
        rule.match,
        `${before.field} stands before it and takes requests that both match. An AppNetwork tries exact paths first, then longer prefixes, then regular expressions, so that this rule gets them. Remove it if it never got any.`,
      );
    }
  });
}

function targetOf({ match: _match, ...target }: ImportedRule) {
  return target;
}

/** Whether a request may match both. Yes where it can't be told. */
export function mayMeet(
  one: AppNetworkRouteMatch,
  other: AppNetworkRouteMatch,
): boolean {
  if (one.method && other.method && one.method !== other.method) {
    return false;
  }
  const exactly = ({ headers = [] }: AppNetworkRouteMatch) =>
    new Map(
      headers
        .filter(({ type }) => type !== 'RegularExpression')
        .map(({ name, value }) => [name, value]),
    );
  const asked = exactly(other);
  const apart = [...exactly(one)].some(
    ([name, value]) => asked.has(name) && asked.get(name) !== value,
  );
  return !apart && pathsMeet(one.path, other.path);
}

type Path = AppNetworkRouteMatch['path'];

function pathsMeet(one: Path, other: Path): boolean {
  if (other?.type === 'Exact' && one?.type !== 'Exact') {
    return pathsMeet(other, one);
  }
  if (!one || !other) {
    return true;
  }
  const { value = '/' } = one;
  if (one.type === 'Exact') {
    return isMatched(value, other);
  }
  return (
    one.type === 'RegularExpression' ||
    other.type === 'RegularExpression' ||
    isMatched(value, other) ||
    isMatched(other.value ?? '/', one)
  );
}

/** Whether a path is matched. A prefix is without a slash at its end. */
function isMatched(path: string, { type, value = '/' }: NonNullable<Path>) {
  switch (type) {
    case 'Exact':
      return path === value;
    case 'RegularExpression':
      return (
        regularExpressionError(value) !== undefined ||
        RE2JS.matches(value, path)
      );
    default:
      return path === value || path.startsWith(`${value}/`);
  }
}
