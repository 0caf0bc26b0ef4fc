import {
  withDefaults,
  type AppNetwork,
  type AppNetworkRouteMatch,
} from '@app-network/backstage-plugin-app-network-common';
import {
  isBelow,
  overlap,
  wantedHostnames,
  type HostnameFacts,
} from './render/hostnames';
import { isCreatedBefore } from './render/precedence';
import type { Problem, TakenHostname } from './render/types';

/**
 * Hostnames that an AppNetwork asks for and that are another's, or the platform's.
 *
 * Who serves a hostname keeps it until it gives it up or is gone; among those who don't serve it yet, the one that was created first has it.
 * A hostname belongs to one namespace, with every path, and a wildcard with every name below it, as OpenShift's routers have it (OpenShift,
 * "Route admission policy", namespace ownership): elsewhere a longer name would take the requests of somebody's wildcard away.
 *
 * @param others - AppNetworks of the cluster; the one that is checked may be among them
 */
export function takenHostnames(
  appNetwork: AppNetwork,
  others: readonly AppNetwork[],
  facts: HostnameFacts,
): TakenHostname[] {
  const wanted = wantedHostnames(appNetwork, facts) ?? [];
  const claims = others
    .filter(other => !isSame(other, appNetwork))
    .flatMap(other =>
      (wantedHostnames(other, facts) ?? []).map(hostname => ({
        hostname,
        owner: other,
      })),
    );
  return wanted.flatMap(hostname => {
    const problem =
      reservation(hostname, appNetwork, facts) ??
      claimOfOther({ hostname, owner: appNetwork }, claims, facts);
    return problem ? [{ hostname, problem }] : [];
  });
}

/** A hostname, and who asks for it. */
interface Claim {
  hostname: string;
  owner: AppNetwork;
}

function claimOfOther(
  claim: Claim,
  claims: readonly Claim[],
  facts: HostnameFacts,
): Problem | undefined {
  const [first] = claims
    .filter(
      other =>
        conflict(claim, other, facts) &&
        isBefore(other, claim) &&
        !reservation(other.hostname, other.owner, facts),
    )
    .sort((one, other) => (isBefore(one, other) ? -1 : 1));
  return first && takenBy(claim, first);
}

/**
 * In one namespace a name below a wildcard is nobody's loss. Generated names are their namespace's, whoever has a wildcard for all of them,
 * which gets what is left.
 */
function conflict(one: Claim, other: Claim, facts: HostnameFacts): boolean {
  if (one.hostname === other.hostname) {
    return true;
  }
  return (
    one.owner.metadata.namespace !== other.owner.metadata.namespace &&
    overlap(one.hostname, other.hostname) &&
    [one, other].every(
      ({ hostname }) => generatedFor(hostname, facts) === undefined,
    )
  );
}

/** Why nobody of a namespace may have a hostname, whoever else asks for it. */
function reservation(
  hostname: string,
  { metadata: { namespace } }: AppNetwork,
  facts: HostnameFacts,
): Problem | undefined {
  if (facts.systemHostnames.includes(hostname)) {
    return taken(
      `spec.hostnames: hostname ${hostname} belongs to a system component of the NetworkPlatform. Choose another hostname.`,
    );
  }
  const other = generatedFor(hostname, facts);
  return other === undefined || other === namespace
    ? undefined
    : taken(
        `spec.hostnames: hostname ${hostname} is one of those that are generated for namespace ${other}. Choose another hostname; those of namespace ${namespace} end in .${namespace}.${generatedBelow(
          facts,
        )}.`,
      );
}

/** The namespace for which a hostname may be generated; undefined where it can't be a generated one. */
function generatedFor(
  hostname: string,
  facts: HostnameFacts,
): string | undefined {
  const area = `.${generatedBelow(facts)}`;
  if (facts.dnsSuffix === undefined || !hostname.endsWith(area)) {
    return undefined;
  }
  const labels = hostname.slice(0, -area.length).split('.');
  return labels.length > 1 ? labels.at(-1) : undefined;
}

function generatedBelow({ environmentName, dnsSuffix }: HostnameFacts): string {
  return `${environmentName}.${dnsSuffix}`;
}

/**
 * Two AppNetworks on one hostname would need one certificate and one list of routes between them. As long as that is not supported, the
 * second of a namespace is not served there even where its paths are others.
 */
function takenBy(
  { hostname, owner: appNetwork }: Claim,
  { hostname: theirs, owner }: Claim,
): Problem {
  const { namespace, name } = owner.metadata;
  const whose = `belongs to AppNetwork ${name} in namespace ${namespace}, which was there first`;
  if (hostname !== theirs) {
    return taken(
      `spec.hostnames: ${
        isBelow(hostname, theirs)
          ? `hostname ${hostname} is below ${theirs}, which ${whose}`
          : `wildcard ${hostname} is for ${theirs} as well, which ${whose}`
      }; a wildcard and the names below it are one namespace's. Choose another hostname.`,
    );
  }
  if (namespace !== appNetwork.metadata.namespace) {
    return taken(
      `spec.hostnames: hostname ${hostname} ${whose}; a hostname is one namespace's, whatever the paths. Choose another hostname.`,
    );
  }
  const shared = sharedPaths(appNetwork, owner);
  return shared.length > 0
    ? taken(
        `spec.hostnames: hostname ${hostname} ${whose} and serves ${shared.join(
          ', ',
        )} there as well. Choose another hostname.`,
      )
    : {
        condition: 'GatewayReady',
        reason: 'NotSupportedYet',
        message: `spec.hostnames: hostname ${hostname} ${whose}; several AppNetworks on one hostname are not supported yet. Choose another hostname, or put the rules into that AppNetwork.`,
      };
}

function taken(message: string): Problem {
  return {
    condition: 'GatewayReady',
    reason: 'HostnameTaken',
    message,
    certain: true,
  };
}

function sharedPaths(one: AppNetwork, other: AppNetwork): string[] {
  const theirs = pathsOf(other);
  return [...pathsOf(one)].filter(path => theirs.has(path)).sort();
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

/** Whoever serves the hostname has it, else whoever was there first. */
function isBefore(one: Claim, other: Claim): boolean {
  return serves(one) === serves(other)
    ? isCreatedBefore(one.owner, other.owner)
    : serves(one);
}

function serves({ hostname, owner }: Claim): boolean {
  return owner.status?.hostnames?.includes(hostname) ?? false;
}

function isSame(one: AppNetwork, other: AppNetwork): boolean {
  return (
    one.metadata.namespace === other.metadata.namespace &&
    one.metadata.name === other.metadata.name
  );
}
