import type { AppNetworkRule } from '@app-network/backstage-plugin-app-network-common';
import {
  anyOf,
  excessLength,
  patternOf,
  tooLong,
  type StringMatch,
} from './stringMatch';

/** What else is asked of a request with a token. */
export type When = NonNullable<
  NonNullable<AppNetworkRule['authentication']>[number]['when']
>[number];

/** What a VirtualService has to match, by name of the header or, as `@request.auth.claims[…]`, of the claim (Istio, HTTPMatchRequest). */
export interface TokenMatch {
  headers: Record<string, StringMatch>;
  withoutHeaders: Record<string, StringMatch>;
}

export const claim = (name: string) => `@request.auth.claims[${name}]`;

const KEYS =
  'request.auth.claims[<claim>], request.auth.audiences, request.auth.presenter and request.headers[<name>]';

/**
 * The conditions as a VirtualService matches them.
 *
 * @param field - path of the list, for messages
 * @param taken - names that are matched already, and what to do instead
 */
export function matchOf(
  conditions: readonly When[],
  field: string,
  taken: Record<string, string>,
): TokenMatch & { errors: string[] } {
  const match: TokenMatch = { headers: {}, withoutHeaders: {} };
  const errors: string[] = [];
  conditions.forEach(({ key, values = [], notValues = [] }, index) => {
    const name = nameOf(key);
    const path = `${field}[${index}]`;
    if (!name) {
      errors.push(
        `${path}.key: ${key} can't be asked of a request at the gateway; what can are ${KEYS}.`,
      );
      return;
    }
    if (values.length + notValues.length === 0) {
      errors.push(
        `${path}: ${key} has neither values nor notValues, so that it asks for nothing. Give it one of them, or remove it.`,
      );
    }
    if (values.length > 0 && taken[name]) {
      errors.push(`${path}.key: ${key} is asked for already: ${taken[name]}.`);
      return;
    }
    for (const [part, listed] of [
      ['headers', values],
      ['withoutHeaders', notValues],
    ] as const) {
      if (listed.length > 0 && match[part][name]) {
        errors.push(
          `${path}.key: ${key} is there already; a condition asks for a key once. Join the values in one.`,
        );
      } else if (listed.length > 0) {
        const any = anyOf(listed.map(patternOf));
        const length = excessLength(any);
        if (length) {
          errors.push(`${path}: ${tooLong(`the values of ${key}`, length)}`);
        } else {
          match[part][name] = any;
        }
      }
    }
  });
  return { ...match, errors };
}

/** How a VirtualService names what Istio's authorization conditions name by a key; undefined where it can't see it. */
function nameOf(key: string): string | undefined {
  switch (key) {
    case 'request.auth.audiences':
      return claim('aud');
    case 'request.auth.presenter':
      return claim('azp');
    default:
  }
  if (/^request\.auth\.claims(\[[^[\]]+\])+$/.test(key)) {
    return `@${key}`;
  }
  return /^request\.headers\[([-\w]+)\]$/.exec(key)?.[1]?.toLowerCase();
}
