import type {
  AppNetworkJwtRule,
  AppNetworkRule,
} from '@app-network/backstage-plugin-app-network-common';
import type { Problem } from '../types';
import { claim, matchOf, type TokenMatch } from './conditions';
import type { Issuers } from './issuers';
import { subjectOf } from './principals';
import { anyOf, excessLength, tooLong, type StringMatch } from './stringMatch';

/** The tokens that let a request through. */
export interface Authentication {
  /** A request must match one of them. */
  tokens: TokenMatch[];
  /** Who has issued them. */
  issuers: string[];
}

type Alternative = NonNullable<AppNetworkRule['authentication']>[number];

/**
 * What the gateway has to see in a token before it routes a request of a rule. A part that can't be had lets nobody in; with none left the
 * rule refuses every request.
 *
 * @param field - path of the rule, for messages
 */
export function authenticationOf(
  rule: AppNetworkRule,
  field: string,
  issuers: Issuers,
): { authentication: Authentication; problems: Problem[] } {
  const alternatives = (rule.authentication ?? []).map((alternative, index) =>
    tokensOf(rule, alternative, `${field}.authentication[${index}]`, issuers),
  );
  const tokens = new Map(
    alternatives
      .flatMap(alternative => alternative.tokens)
      .map(token => [JSON.stringify(token), token]),
  );
  const usable = alternatives.flatMap(alternative => alternative.issuers);
  return {
    authentication: {
      tokens: [...tokens.keys()].sort().flatMap(key => tokens.get(key) ?? []),
      issuers: [...new Set(usable)].sort(),
    },
    problems: alternatives.flatMap(({ problems }) => problems),
  };
}

function tokensOf(
  rule: AppNetworkRule,
  { requestPrincipals, when = [] }: Alternative,
  field: string,
  issuers: Issuers,
): Authentication & { problems: Problem[] } {
  const { declared, usable } = issuers;
  const unknown = requestPrincipals.flatMap((principal, index) =>
    declared.some(({ issuer }) => subjectOf(principal, issuer))
      ? []
      : [
          letsNobodyIn(
            'UnknownIssuer',
            `${field}.requestPrincipals[${index}]: ${unknownIssuer(
              principal,
              issuers,
            )}`,
          ),
        ],
  );
  const unusable = new Set<string>();
  const matches = usable.flatMap(jwtRule => {
    const subjects = requestPrincipals.flatMap(
      principal => subjectOf(principal, jwtRule.issuer) ?? [],
    );
    const { errors, ...conditions } = matchOf(
      when,
      `${field}.when`,
      taken(rule, jwtRule),
    );
    const claims = {
      iss: { exact: jwtRule.issuer },
      sub: anyOf(subjects),
      ...audiencesOf(jwtRule),
    };
    const all = [...errors, ...longClaims(claims, field)];
    all.forEach(error => unusable.add(error));
    return subjects.length > 0 && all.length === 0
      ? [{ issuer: jwtRule.issuer, token: withClaims(conditions, claims) }]
      : [];
  });
  return {
    tokens: matches.map(({ token }) => token),
    issuers: matches.map(({ issuer }) => issuer),
    problems: [
      ...unknown,
      ...[...unusable].map(error => letsNobodyIn('InvalidCondition', error)),
    ],
  };
}

/** Why a principal is of no issuer that is known, and what to do. */
function unknownIssuer(
  principal: string,
  { declared, inJwtRules }: Issuers,
): string {
  const names = declared.map(({ issuer }) => issuer).join(', ');
  return inJwtRules
    ? `${principal} is a principal of no issuer in spec.jwtRules (${names}). Write it <issuer>/<subject> or <issuer>/*, and add the issuer there.`
    : `${principal} names no issuer by its URL, and spec.jwtRules declare none. Write it <issuer>/<subject> or <issuer>/*; where the issuer is no URL, declare it in spec.jwtRules${
        names ? `, and with it ${names}` : ''
      }.`;
}

/** The gateway takes tokens for any audience, for another AppNetwork may let in those of the same issuer for others. */
function audiencesOf({
  audiences,
}: AppNetworkJwtRule): Record<string, StringMatch> {
  return audiences
    ? { aud: anyOf(audiences.map(value => ({ type: 'exact', value }))) }
    : {};
}

/** What is written of subjects and audiences that no VirtualService takes. */
function longClaims(
  { sub, aud }: Record<string, StringMatch>,
  field: string,
): string[] {
  return (
    [
      [sub, `${field}.requestPrincipals: the subjects`],
      [aud, `${field}: the audiences of the issuer in spec.jwtRules`],
    ] as const
  ).flatMap(([match, what]) => {
    const length = match && excessLength(match);
    return length ? [tooLong(what, length)] : [];
  });
}

function withClaims(
  { headers, withoutHeaders }: TokenMatch,
  claims: Record<string, StringMatch>,
): TokenMatch {
  return {
    headers: sorted({
      ...Object.fromEntries(
        Object.entries(claims).map(([name, match]) => [claim(name), match]),
      ),
      ...headers,
    }),
    withoutHeaders: sorted(withoutHeaders),
  };
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** What a VirtualService, which matches a name once, matches already. */
function taken(
  { matches = [] }: AppNetworkRule,
  { audiences }: AppNetworkJwtRule,
): Record<string, string> {
  const headers = matches.flatMap(match => match.headers ?? []);
  return {
    ...Object.fromEntries(
      headers.map(({ name }) => [
        name.toLowerCase(),
        'the matches of the rule name the header',
      ]),
    ),
    [claim('iss')]: 'name the issuer in requestPrincipals',
    [claim('sub')]: 'name the subject in requestPrincipals',
    ...(audiences
      ? { [claim('aud')]: 'the issuer has audiences in spec.jwtRules' }
      : {}),
  };
}

function letsNobodyIn(reason: string, message: string): Problem {
  return {
    condition: 'PolicyReady',
    reason,
    message: `${message} Until then it lets nobody in.`,
    certain: true,
  };
}
