import type {
  AppNetwork,
  AppNetworkJwtRule,
} from '@app-network/backstage-plugin-app-network-common';
import type { Problem, TakenIssuer } from '../types';
import { canonicalJwks, jwksError } from './jwks';

/** The issuers of an AppNetwork's tokens, in an order of their own. */
export interface Issuers {
  declared: AppNetworkJwtRule[];
  /** Whether `jwtRules` declare them; else rules name them by their URL. */
  inJwtRules: boolean;
  /** Those whose tokens can be checked. */
  usable: AppNetworkJwtRule[];
  problems: Problem[];
}

/** As many as the schema takes in `jwtRules`. */
const MAX_ISSUERS = 8;

/**
 * Where the keys of an AppNetwork's issuers are: as it says in `jwtRules`, or else those of the issuers that its rules name by their URL, which
 * have them in their OpenID configuration (OpenID Connect Discovery 1.0, section 4).
 */
export function jwtRulesOf(spec: AppNetwork['spec']): AppNetworkJwtRule[] {
  return hasJwtRules(spec)
    ? spec?.jwtRules ?? []
    : [...namedIssuers(spec).keys()].map(issuer => ({ issuer }));
}

function hasJwtRules(spec: AppNetwork['spec']): boolean {
  return (spec?.jwtRules ?? []).length > 0;
}

/** Issuers that principals name by their URL, in order, each with the field where it stands first. */
function namedIssuers(spec: AppNetwork['spec']): Map<string, string> {
  const principals = (spec?.rules ?? []).flatMap(
    ({ authentication = [] }, rule) =>
      authentication.flatMap(({ requestPrincipals }, alternative) =>
        requestPrincipals.map((principal, index) => ({
          principal,
          field: `spec.rules[${rule}].authentication[${alternative}].requestPrincipals[${index}]`,
        })),
      ),
  );
  const fields = new Map<string, string>();
  for (const { principal, field } of principals) {
    const issuer = ISSUER_OF_PRINCIPAL.exec(principal)?.[1];
    if (issuer && !fields.has(issuer)) {
      fields.set(issuer, field);
    }
  }
  return new Map([...fields].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** `<issuer>/<subject>`, where the issuer is a URL and the subject may end in *. */
const ISSUER_OF_PRINCIPAL = /^(https?:\/\/[^/*][^*]*)\/[^/]+$/;

/** @param taken - issuers that are another's */
export function issuersOf(
  { spec }: AppNetwork,
  taken: readonly TakenIssuer[] = [],
): Issuers {
  const inJwtRules = hasJwtRules(spec);
  const rules = inJwtRules
    ? (spec?.jwtRules ?? []).map((rule, index) => ({
        rule: {
          ...rule,
          ...(rule.audiences && { audiences: [...rule.audiences].sort() }),
        },
        problem:
          keysProblem(rule, `spec.jwtRules[${index}]`) ??
          takenProblem(rule, `spec.jwtRules[${index}].issuer`, taken),
      }))
    : [...namedIssuers(spec)].map(([issuer, field], index, { length }) => ({
        rule: { issuer },
        problem:
          numberProblem(index, length, field) ??
          takenProblem({ issuer }, field, taken),
      }));
  const sorted = rules.sort((one, other) =>
    one.rule.issuer < other.rule.issuer ? -1 : 1,
  );
  return {
    declared: sorted.map(({ rule }) => rule),
    inJwtRules,
    usable: sorted.flatMap(({ rule, problem }) => (problem ? [] : [rule])),
    problems: sorted.flatMap(({ problem }) => problem ?? []),
  };
}

/** Where the keys of an issuer come from; the same where they are the same. */
export function keySource({ jwks, jwksUri }: AppNetworkJwtRule): string {
  if (jwks) {
    return canonicalJwks(jwks);
  }
  return jwksUri ?? 'OpenID configuration';
}

function keysProblem(
  { issuer, jwks, jwksUri }: AppNetworkJwtRule,
  field: string,
): Problem | undefined {
  const error = jwks === undefined ? undefined : jwksError(jwks);
  if (error) {
    return refused(
      `${field}.jwks is no JSON Web Key Set to check tokens of ${issuer} with: ${error}.`,
    );
  }
  return !jwks && !jwksUri && !/^https?:\/\/[^/]/.test(issuer)
    ? refused(
        `${field}: issuer ${issuer} is no URL, so that its OpenID configuration can't be read. Say in jwksUri where its keys are, or in jwks which.`,
      )
    : undefined;
}

/** The gateway asks each of them for its configuration. */
function numberProblem(
  index: number,
  count: number,
  field: string,
): Problem | undefined {
  return index >= MAX_ISSUERS
    ? refused(
        `${field}: rules name ${count} issuers by their URL, of which the first ${MAX_ISSUERS} in alphabetical order are taken. Name ${MAX_ISSUERS} at most.`,
        'TooManyIssuers',
      )
    : undefined;
}

function takenProblem(
  { issuer }: AppNetworkJwtRule,
  field: string,
  taken: readonly TakenIssuer[],
): Problem | undefined {
  const owner = taken.find(candidate => candidate.issuer === issuer);
  return (
    owner && {
      ...owner.problem,
      message: `${field}: ${owner.problem.message} ${CONSEQUENCE}`,
    }
  );
}

const CONSEQUENCE =
  'Requests that ask for its tokens are refused with 403 until then.';

function refused(message: string, reason = 'InvalidKeys'): Problem {
  return {
    condition: 'PolicyReady',
    reason,
    message: `${message} ${CONSEQUENCE}`,
    certain: true,
  };
}
