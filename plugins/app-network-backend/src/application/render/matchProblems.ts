import {
  brokenRule,
  PATH_RULES,
  type AppNetworkRouteMatch,
} from '@app-network/backstage-plugin-app-network-common';
import { RE2JS } from 're2js';
import { MAX_EXPRESSION_LENGTH } from './authentication/stringMatch';
import { regularExpressionSize } from './regularExpressionSize';
import type { Problem } from './types';

/**
 * Size of a regular expression that is let through. Envoy takes 32,768 instructions (Istio's bootstrap, re2.max_program_size.error_level), and
 * refuses with one that is larger the routes of every hostname that it is sent together with.
 */
export const MAX_EXPRESSION_SIZE = 10_000;

/**
 * What is wrong with a match so that no gateway could take it. Envoy reads regular expressions as RE2 does
 * (type.matcher.v3.RegexMatcher), which knows no backreferences and no lookaround.
 *
 * @param field - path of the match, for messages
 */
export function matchProblems(
  match: AppNetworkRouteMatch,
  field: string,
): Problem[] {
  const { path, headers = [] } = match;
  const expressions = [
    ...(path?.type === 'RegularExpression' ? [[`path.value`, path.value]] : []),
    ...headers.flatMap(({ type, value }, index) =>
      type === 'RegularExpression' ? [[`headers[${index}].value`, value]] : [],
    ),
  ];
  return [
    ...pathProblems(path, field),
    ...expressions.flatMap(([name, expression = '']) => {
      if (expression.length > MAX_EXPRESSION_LENGTH) {
        return [
          invalid(
            'InvalidRegularExpression',
            `${field}.${name}: the regular expression has ${expression.length} characters, and Istio takes at most ${MAX_EXPRESSION_LENGTH}. Shorten it.`,
          ),
        ];
      }
      const size = regularExpressionSize(expression);
      if (size > MAX_EXPRESSION_SIZE) {
        return [
          invalid(
            'InvalidRegularExpression',
            `${field}.${name}: ${expression} is too large for the gateway: with its repetitions written out it has a size of about ${size}, and at most ${MAX_EXPRESSION_SIZE} can be had. Repeat less, such as with * or + for {1000}.`,
          ),
        ];
      }
      const error = regularExpressionError(expression);
      return error === undefined
        ? []
        : [
            invalid(
              'InvalidRegularExpression',
              `${field}.${name}: ${expression} is not a regular expression as RE2 reads it (${error}). Correct it; https://github.com/google/re2/wiki/Syntax has the syntax.`,
            ),
          ];
    }),
    ...headers.flatMap(({ name }, index) =>
      headers.findIndex(other => sameHeader(other.name, name)) < index
        ? [
            invalid(
              'DuplicateHeader',
              `${field}.headers[${index}].name: header ${name} is there already; a match asks for a header once. Join both values in one RegularExpression.`,
            ),
          ]
        : [],
    ),
  ];
}

/** A path that no request has. The API server refuses it; one that was there before is kept. */
function pathProblems(
  { type, value = '/' }: NonNullable<AppNetworkRouteMatch['path']> = {},
  field: string,
): Problem[] {
  const must =
    type === 'RegularExpression' ? undefined : brokenRule(PATH_RULES, value);
  return must === undefined
    ? []
    : [
        invalid(
          'InvalidPath',
          `${field}.path.value: ${JSON.stringify(value)} ${must}.`,
        ),
      ];
}

/** What is wrong with a regular expression, as RE2 reads it; undefined where nothing is. */
export function regularExpressionError(expression: string): string | undefined {
  try {
    RE2JS.compile(expression);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function sameHeader(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function invalid(reason: string, message: string): Problem {
  return { condition: 'GatewayReady', reason, message, certain: true };
}
