import type { CelRule } from './schema';

/**
 * What a string must be like: the API server is told it in CEL, and whoever makes such strings asks {@link brokenRule}.
 * @public
 */
export interface StringRule {
  /** A regular expression that JavaScript and RE2 read alike. */
  pattern: string;
  /** Whether the string must not match it. */
  excluded?: boolean;
  /** What would be right, in the words that follow the string. */
  must: string;
}

/** What a string must be and is not; undefined where it is as the rules say. @public */
export function brokenRule(
  rules: readonly StringRule[],
  text: string,
): string | undefined {
  return rules.find(
    ({ pattern, excluded = false }) =>
      new RegExp(pattern).test(text) === excluded,
  )?.must;
}

/**
 * Rules as the API server reads them.
 *
 * @param field - name of the field, for messages
 * @param at - where the string is, from where the rules are
 */
export function celOf(
  rules: readonly StringRule[],
  field: string,
  at = 'self',
): CelRule[] {
  return rules.map(({ pattern, excluded, must }) => ({
    rule: `${excluded ? '!' : ''}${at}.matches(${literal(pattern)})`,
    // The API server takes this one where the value has line breaks.
    message: `${field} ${must}`,
    messageExpression: `${literal(`${field} `)} + ${at} + ${literal(
      ` ${must}`,
    )}`,
  }));
}

/** A string of CEL, which reads the escapes of JSON. */
function literal(text: string): string {
  return JSON.stringify(text);
}

/** The name of a cookie: a token (RFC 6265, cookie-name; RFC 7230). @public */
export const COOKIE_NAME_RULES: readonly StringRule[] = [
  {
    pattern: "^[-A-Za-z0-9!#$%&'*+.^_`|~]{1,128}$",
    must: "must be the name of a cookie (RFC 6265): letters of a to z, digits and !#$%&'*+-.^_`|~, without spaces, and at most 128 of them",
  },
];

/** The path of a cookie (RFC 6265, path-value). What follows a semicolon would be further attributes, such as its Domain. @public */
export const COOKIE_PATH_RULES: readonly StringRule[] = [
  {
    pattern: '^/[ -:<-~]*$',
    must: 'must be the path of a cookie (RFC 6265): it starts with /, has characters of ASCII without ; and control characters',
  },
];

/**
 * A path as requests have it where the gateway compares them. Envoy writes a path in one way first: without segments of dots, with all escaped
 * that has to be and nothing else (its path_canonicalizer; Gateway API's rules for an HTTPPathMatch are nearly the same).
 * @public
 */
export const PATH_RULES: readonly StringRule[] = [
  {
    pattern: '^/',
    must: 'must start with /, as all of Exact and PathPrefix do',
  },
  {
    pattern: "^([-A-Za-z0-9/._~!$&'()*+,;=:@[\\]]|%[0-9a-fA-F]{2})*$",
    must: "must be of letters of a to z, digits and -._~!$&'()*+,;=:@[]/, and of other characters as the gateway gets them, which is %20 for a space; what comes after ? or # is no part of a path",
  },
  {
    pattern: '//|/[.]{1,2}(/|$)',
    excluded: true,
    must: 'must have neither // nor . or .. between slashes or at the end: the gateway or the application reads such a path as another one; write that one, such as /a for /a//, /./a and /b/../a',
  },
  {
    pattern: '%(00|2[dDeEfF]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF]|7[eE])',
    excluded: true,
    must: 'must not have %2F, %00, or a letter, a digit or one of -._~ written with %: the gateway or the application reads such a path as another one; write that one, such as /a for /%61',
  },
];
