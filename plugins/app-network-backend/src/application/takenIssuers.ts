import {
  OWNER_LABEL,
  ownerLabelValue,
  type AppNetwork,
  type AppNetworkJwtRule,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { jwtRulesOf, keySource } from './render/authentication/issuers';
import { describeAppNetwork } from './render/describeAppNetwork';
import { isCreatedBefore } from './render/precedence';
import type { Problem, TakenIssuer } from './render/types';

/** The part of an Istio RequestAuthentication that is read. */
export interface RequestAuthentication extends KubernetesObject {
  spec?: { jwtRules?: AppNetworkJwtRule[] };
}

/**
 * Issuers of an AppNetwork that the ingress gateway checks, or is to check, with other keys for another one. The gateway takes a token that
 * any of its RequestAuthentications has a key for, whatever the hostname, so that whoever could add keys for an issuer of another could make
 * tokens for its hostnames. Whose keys are at the gateway has the issuer until they are gone; else the AppNetwork that was created first.
 * Who names the same keys shares it.
 *
 * @param others - AppNetworks of the cluster; this one may be among them
 * @param present - RequestAuthentications that AppNetworks have become
 */
export function takenIssuers(
  appNetwork: AppNetwork,
  others: readonly AppNetwork[],
  present: readonly RequestAuthentication[] = [],
): TakenIssuer[] {
  const label = ownerLabelValue(appNetwork.metadata);
  const labelOf = ({ metadata }: RequestAuthentication) =>
    metadata.labels?.[OWNER_LABEL];
  const own = present.filter(object => labelOf(object) === label);
  const foreign = present.filter(object => labelOf(object) !== label);
  return jwtRulesOf(appNetwork.spec).flatMap(rule => {
    const { issuer } = rule;
    const holder = foreign.find(({ spec }) =>
      hasOtherKeys(spec?.jwtRules, rule),
    );
    if (holder) {
      const whose = labelOf(holder);
      return [
        { issuer, problem: taken(issuer, `for ${whose}, whose they are now`) },
      ];
    }
    const holds = own.some(({ spec }) => hasSameKeys(spec?.jwtRules, rule));
    const first = others.find(
      other =>
        // Keys of one that is not exposed never get to the gateway.
        other.spec?.expose !== false &&
        isCreatedBefore(other, appNetwork) &&
        hasOtherKeys(jwtRulesOf(other.spec), rule),
    );
    return first && !holds
      ? [
          {
            issuer,
            problem: {
              ...taken(
                issuer,
                `for ${describeAppNetwork(first)}, which was there first`,
              ),
              certain: true,
            },
          },
        ]
      : [];
  });
}

function taken(issuer: string, whose: string): Problem {
  return {
    condition: 'PolicyReady',
    reason: 'IssuerTaken',
    message: `tokens of ${issuer} are checked with other keys ${whose}, and the gateway can't tell with whose keys it has checked a token. Name the same jwksUri or jwks as there, or neither where there is neither, or have them put right there.`,
  };
}

/** AppNetworks that have an issuer in common with one: what becomes of its keys concerns them. */
export function sharingIssuers(
  appNetworks: readonly AppNetwork[],
  { spec }: AppNetwork,
): AppNetwork[] {
  const issuers = new Set(jwtRulesOf(spec).map(({ issuer }) => issuer));
  return issuers.size > 0
    ? appNetworks.filter(other =>
        jwtRulesOf(other.spec).some(({ issuer }) => issuers.has(issuer)),
      )
    : [];
}

function hasOtherKeys(
  rules: readonly AppNetworkJwtRule[] | undefined,
  rule: AppNetworkJwtRule,
): boolean {
  return sourcesFor(rules, rule).some(source => source !== keySource(rule));
}

function hasSameKeys(
  rules: readonly AppNetworkJwtRule[] | undefined,
  rule: AppNetworkJwtRule,
): boolean {
  return sourcesFor(rules, rule).includes(keySource(rule));
}

/** Where the keys of a rule's issuer are, as others say. */
function sourcesFor(
  rules: readonly AppNetworkJwtRule[] = [],
  { issuer }: AppNetworkJwtRule,
): string[] {
  return rules.filter(rule => rule.issuer === issuer).map(keySource);
}
