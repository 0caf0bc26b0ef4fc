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

/**
 * Where the keys of an AppNetwork's issuers are: as it says in `jwtRules`, or else those of the issuers that its rules name by their URL, which
 * have them in their OpenID configuration (OpenID Connect Discovery 1.0, section 4).
 */
export function jwtRulesOf(spec: AppNetwork['spec']): AppNetworkJwtRule[] {
  const { jwtRules = [], rules = [] } = spec ?? {};
  if (jwtRules.length > 0) {
    return jwtRules;
  }
  const principals = rules.flatMap(({ authentication = [] }) =>
    authentication.flatMap(({ requestPrincipals }) => requestPrincipals),
  );
  const issuers = principals.flatMap(
    principal => ISSUER_OF_PRINCIPAL.exec(principal)?.[1] ?? [],
  );
  return [...new Set(issuers)].map(issuer => ({ issuer }));
}

/** `<issuer>/<subject>`, where the issuer is a URL and the subject may end in *. */
const ISSUER_OF_PRINCIPAL = /^(https?:\/\/[^/*][^*]*)\/[^/]+$/;

/** @param taken - issuers that are another's */
export function issuersOf(
  { spec }: AppNetwork,
  taken: readonly TakenIssuer[] = [],
): Issuers {
  const isDeclared = (spec?.jwtRules ?? []).length > 0;
  const rules = jwtRulesOf(spec).map((rule, index) => ({
    rule: {
      ...rule,
      ...(rule.audiences && { audiences: [...rule.audiences].sort() }),
    },
    problem: problemOf(
      rule,
      isDeclared ? `spec.jwtRules[${index}]` : `spec.rules: ${rule.issuer}`,
      taken,
    ),
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
