import {
  withDefaults,
  type AppNetwork,
  type AppNetworkRouteMatch,
} from '@app-network/backstage-plugin-app-network-common';
import { RE2JS } from 're2js';
import type { PlatformFacts } from '../platform/facts';
import { wantedHostnames } from './render/hostnames';
import type { Problem, TakenHostname } from './render/types';

/**
 * What is wrong with an AppNetwork beyond what its schema and CEL rules can tell: each regular expression that Envoy would refuse, each
 * header that is asked for twice, each hostname that is another AppNetwork's.
 *
 * @param others - AppNetworks of the cluster; the one that is checked may be among them
 */
export function validate(
  appNetwork: AppNetwork,
  others: readonly AppNetwork[],
  facts: Pick<PlatformFacts, 'environmentName' | 'dnsSuffix'>,
): Problem[] {
  const rules = withDefaults(appNetwork).spec?.rules ?? [];
  return [
    ...rules.flatMap((rule, index) =>
      (rule.matches ?? []).flatMap((match, position) =>
        matchProblems(match, `spec.rules[${index}].matches[${position}]`),
      ),
    ),
    ...takenHostnames(appNetwork, others, facts).map(
      ({ reason, message }): Problem => ({
        condition: 'GatewayReady',
        reason,
        message,
      }),
    ),
  ];
}

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
    ...expressions.flatMap(([name, expression = '']) => {
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

/**
 * Hostnames that an AppNetwork asks for and that are another's: the AppNetwork that was created first has a hostname, whatever the
 * namespace, and keeps it until it gives it up or is gone.
 */
export function takenHostnames(
  appNetwork: AppNetwork,
  others: readonly AppNetwork[],
  facts: Pick<PlatformFacts, 'environmentName' | 'dnsSuffix'>,
): TakenHostname[] {
  const wanted = new Set(wantedHostnames(appNetwork, facts));
  const owners = new Map<string, AppNetwork>();
  for (const other of others) {
    if (isBefore(other, appNetwork)) {
      for (const hostname of wantedHostnames(other, facts) ?? []) {
        const owner = owners.get(hostname);
        if (wanted.has(hostname) && !(owner && isBefore(owner, other))) {
          owners.set(hostname, other);
        }
      }
    }
  }
  return [...owners].map(([hostname, owner]) =>
    takenBy(hostname, owner, appNetwork),
  );
}

/**
 * Two AppNetworks on one hostname would need one certificate and one list of routes between them. As long as that is not supported, the
 * second is not served there even where its paths are others.
 */
function takenBy(
  hostname: string,
  owner: AppNetwork,
  appNetwork: AppNetwork,
): TakenHostname {
  const { namespace, name } = owner.metadata;
  const theirs = pathsOf(owner);
  const shared = [...pathsOf(appNetwork)].filter(path => theirs.has(path));
  const whose = `hostname ${hostname} belongs to AppNetwork ${name} in namespace ${namespace}, which was created first`;
  return shared.length > 0
    ? {
        hostname,
        reason: 'HostnameTaken',
        message: `spec.hostnames: ${whose} and serves ${shared
          .sort()
          .join(', ')} there as well. Choose another hostname.`,
      }
    : {
        hostname,
        reason: 'NotSupportedYet',
        message: `spec.hostnames: ${whose}; several AppNetworks on one hostname are not supported yet. Choose another hostname, or put the rules into that AppNetwork.`,
      };
}

function pathsOf(appNetwork: AppNetwork): Set<string> {
  const rules = withDefaults(appNetwork).spec?.rules ?? [];
  const matches = rules.flatMap(rule => rule.matches ?? [{}]);
  return new Set(
    (matches.length > 0 ? matches : [{}]).map(
      ({ path }: AppNetworkRouteMatch) =>
        `${path?.type ?? 'PathPrefix'} ${path?.value ?? '/'}`,
    ),
  );
}

/** Which of two AppNetworks came first: by creation, and in the same second by name, so that both see the same. Not yet created is last. */
function isBefore(one: AppNetwork, other: AppNetwork): boolean {
  const order = (appNetwork: AppNetwork) => {
    const { creationTimestamp = '9999', namespace, name } = appNetwork.metadata;
    return [creationTimestamp, namespace ?? '', name];
  };
  const a = order(one);
  const b = order(other);
  const index = a.findIndex((part, position) => part !== b[position]);
  const [left, right] = [a[index], b[index]];
  return left !== undefined && right !== undefined && left < right;
}

function regularExpressionError(expression: string): string | undefined {
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
  return { condition: 'GatewayReady', reason, message };
}
