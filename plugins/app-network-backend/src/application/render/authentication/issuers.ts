import type {
  AppNetwork,
  AppNetworkJwtRule,
} from '@app-network/backstage-plugin-app-network-common';
import type { Problem, TakenIssuer } from '../types';
import { canonicalJwks, jwksError } from './jwks';

/** The issuers that an AppNetwork declares, in an order of their own. */
export interface Issuers {
  declared: AppNetworkJwtRule[];
  /** Those whose tokens can be checked. */
  usable: AppNetworkJwtRule[];
  problems: Problem[];
}

/** @param taken - issuers that are another's */
export function issuersOf(
  { spec }: AppNetwork,
  taken: readonly TakenIssuer[] = [],
): Issuers {
  const rules = (spec?.jwtRules ?? []).map((rule, index) => ({
    rule: {
      ...rule,
      ...(rule.audiences && { audiences: [...rule.audiences].sort() }),
    },
    problem: problemOf(rule, `spec.jwtRules[${index}]`, taken),
  }));
  const sorted = rules.sort((one, other) =>
    one.rule.issuer < other.rule.issuer ? -1 : 1,
  );
  return {
    declared: sorted.map(({ rule }) => rule),
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

function problemOf(
  { issuer, jwks, jwksUri }: AppNetworkJwtRule,
  field: string,
  taken: readonly TakenIssuer[],
): Problem | undefined {
  const error = jwks === undefined ? undefined : jwksError(jwks);
  if (error) {
    return refused(
      `${field}.jwks is no JSON Web Key Set to check tokens of ${issuer} with: ${error}.`,
    );
  }
  if (!jwks && !jwksUri && !/^https?:\/\/[^/]/.test(issuer)) {
    return refused(
      `${field}: issuer ${issuer} is no URL, so that its OpenID configuration can't be read. Say in jwksUri where its keys are, or in jwks which.`,
    );
  }
  const owner = taken.find(candidate => candidate.issuer === issuer);
  return (
    owner && {
      ...owner.problem,
      message: `${field}.issuer: ${owner.problem.message} ${CONSEQUENCE}`,
    }
  );
}

const CONSEQUENCE =
  'Requests that ask for its tokens are refused with 403 until then.';

function refused(message: string): Problem {
  return {
    condition: 'PolicyReady',
    reason: 'InvalidKeys',
    message: `${message} ${CONSEQUENCE}`,
    certain: true,
  };
}
