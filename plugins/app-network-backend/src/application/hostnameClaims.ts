import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { isDeleting } from '../engine/finalizer';
import { objectKey } from '../engine/objects';
import { createdAt, type ForeignObject } from './foreignHosts';
import { describeAppNetwork } from './render/describeAppNetwork';
import {
  isBelow,
  overlap,
  wantedHostnames,
  type HostnameFacts,
} from './render/hostnames';
import { GATEWAY } from './render/kinds';
import { isCreatedBefore } from './render/precedence';
import type { Problem, TakenHostname } from './render/types';
import { sharingProblem } from './sharingProblem';

/** What becomes of the hostnames that an AppNetwork asks for; those that are in neither list are its own alone. */
export interface HostnameClaims {
  /** Another's, or the platform's. */
  taken: TakenHostname[];
  /** Served together with other AppNetworks of its namespace, each its own paths. */
  shared: {
    hostname: string;
    /** All that serve it, in the order in which they have it: the first holds it. */
    members: AppNetwork[];
  }[];
  /** Those that it is to hold, and that another one of its namespace, which has given them up, serves until this one does. */
  takenOver: string[];
  /** Those that it holds, and that somebody's Gateway or Ingress asks for since. */
  contested: TakenHostname[];
}

/**
 * Whose the hostnames are that an AppNetwork asks for.
 *
 * Who holds a hostname keeps it until it gives it up or is gone; after it come those that serve it too, and among those who don't serve it
 * yet, the one that was created first has it. A hostname belongs to one namespace, with every path, and a wildcard with every name below
 * it, as OpenShift's routers have it (OpenShift, "Route admission policy", namespace ownership): elsewhere a longer name would take the
 * requests of somebody's wildcard away. Within its namespace several share it where nothing of what they say of it contradicts.
 *
 * A hostname of a Gateway or an Ingress that is nobody's AppNetwork is left to that: Envoy refuses a listener with two servers for one name
 * as a whole, and with it every later change of anybody's.
 *
 * @param others - AppNetworks of the cluster; the one that is checked may be among them
 * @param rivalsOf - Gateways and Ingresses that ask the ingress gateway for a hostname, the oldest first; default: none
 */
export function hostnameClaims(
  appNetwork: AppNetwork,
  others: readonly AppNetwork[],
  facts: HostnameFacts,
  rivalsOf: (hostname: string) => readonly ForeignObject[] = () => [],
): HostnameClaims {
  const result: HostnameClaims = {
    taken: [],
    shared: [],
    takenOver: [],
    contested: [],
  };
  const wanted = wantedHostnames(appNetwork, facts) ?? [];
  if (wanted.length === 0) {
    return result;
  }
  const foreign = others.filter(other => !isSame(other, appNetwork));
  const claims = foreign
    // One that goes leaves its hostnames to its namespace at once, and to others when it is gone.
    .filter(
      other => !(isDeleting(other) && isOfSameNamespace(other, appNetwork)),
    )
    .flatMap(other =>
      (wantedHostnames(other, facts) ?? []).map(hostname => ({
        hostname,
        owner: other,
      })),
    );
  for (const hostname of wanted) {
    const claim = { hostname, owner: appNetwork };
    const { problem, members } = decide(claim, claims, facts);
    const [rival] = rivalsOf(hostname);
    const held = [...members, appNetwork].find(member =>
      holdsHostname(member, hostname),
    );
    const lost =
      problem ??
      (rival && !(held && isOlder(held, rival))
        ? takenByForeign(hostname, rival)
        : undefined);
    if (lost) {
      result.taken.push({ hostname, problem: lost });
      continue;
    }
    if (rival && held === appNetwork) {
      result.contested.push({
        hostname,
        problem: contestedBy(hostname, rival),
      });
    }
    if (members.length > 1) {
      result.shared.push({ hostname, members });
    }
    if (
      members[0] === appNetwork &&
      foreign.some(
        other =>
          isOfSameNamespace(other, appNetwork) &&
          holdsHostname(other, hostname) &&
          !members.includes(other),
      )
    ) {
      result.takenOver.push(hostname);
    }
  }
  return result;
}

/** A hostname, and who asks for it. */
interface Claim {
  hostname: string;
  owner: AppNetwork;
}

/** Whether a claim has to give way, or else who serves the hostname, the one who claims it included. */
function decide(
  claim: Claim,
  claims: readonly Claim[],
  facts: HostnameFacts,
): { problem?: Problem; members: AppNetwork[] } {
  const reserved = reservation(claim.hostname, claim.owner, facts);
  if (reserved) {
    return { problem: reserved, members: [] };
  }
  const [first] = claims
    .filter(
      other =>
        conflict(claim, other, facts) &&
        isBefore(other, claim) &&
        !reservation(other.hostname, other.owner, facts),
    )
    .sort(inOrder);
  if (first && !isOfSameNamespace(first.owner, claim.owner)) {
    return { problem: takenBy(claim, first), members: [] };
  }
  const members: AppNetwork[] = [];
  const contenders = claims.filter(
    ({ hostname, owner }) =>
      hostname === claim.hostname && isOfSameNamespace(owner, claim.owner),
  );
  for (const { owner } of [...contenders, claim].sort(inOrder)) {
    const problem = sharingProblem(owner, claim.hostname, members);
    if (!problem) {
      members.push(owner);
    } else if (owner === claim.owner) {
      return { problem, members };
    }
  }
  return { members };
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

function takenBy(
  { hostname }: Claim,
  { hostname: theirs, owner }: Claim,
): Problem {
  const whose = `belongs to ${describeAppNetwork(
    owner,
  )}, which was there first`;
  if (hostname === theirs) {
    return taken(
      `spec.hostnames: hostname ${hostname} ${whose}; a hostname is one namespace's, whatever the paths. Choose another hostname.`,
    );
  }
  return taken(
    `spec.hostnames: ${
      isBelow(hostname, theirs)
        ? `hostname ${hostname} is below ${theirs}, which ${whose}`
        : `wildcard ${hostname} is for ${theirs} as well, which ${whose}`
    }; a wildcard and the names below it are one namespace's. Choose another hostname.`,
  );
}

/** Whether an AppNetwork was there before somebody's object; in the same second the AppNetwork was. */
function isOlder(appNetwork: AppNetwork, rival: ForeignObject): boolean {
  return createdAt(appNetwork) <= createdAt(rival);
}

function takenByForeign(hostname: string, rival: ForeignObject): Problem {
  // It may be deleted any time, so that an AppNetwork that is to take its place can wait for that.
  return {
    condition: 'GatewayReady',
    reason: 'HostnameTaken',
    message: `spec.hostnames: hostname ${hostname} belongs to ${describeForeign(
      rival,
    )}, which is no AppNetwork's. It is served here as soon as that no longer names it; or choose another hostname.`,
  };
}

function contestedBy(hostname: string, rival: ForeignObject): Problem {
  return {
    condition: 'GatewayReady',
    reason: 'HostnameContested',
    message: `spec.hostnames: hostname ${hostname} is named by ${describeForeign(
      rival,
    )} as well, which came later. As long as both name it the ingress gateway may refuse every change of hostnames and certificates, of other applications too. Take the hostname out there.`,
  };
}

function describeForeign({
  kind,
  metadata: { namespace, name },
}: ForeignObject): string {
  return `${
    kind === GATEWAY.kind ? 'Istio Gateway' : kind
  } ${name} in namespace ${namespace}`;
}

function taken(message: string): Problem {
  return {
    condition: 'GatewayReady',
    reason: 'HostnameTaken',
    message,
    certain: true,
  };
}

/** Whoever holds the hostname has it, then who serves it as well, then whoever was there first. */
function isBefore(one: Claim, other: Claim): boolean {
  return rank(one) === rank(other)
    ? isCreatedBefore(one.owner, other.owner)
    : rank(one) > rank(other);
}

function inOrder(one: Claim, other: Claim): number {
  return isBefore(one, other) ? -1 : 1;
}

function rank({ hostname, owner }: Claim): number {
  if (holdsHostname(owner, hostname)) {
    return 2;
  }
  return owner.status?.hostnames?.includes(hostname) ? 1 : 0;
}

/** Whether an AppNetwork serves a hostname, as its status says, by a Gateway of its own. */
export function holdsHostname(
  { metadata, status }: AppNetwork,
  hostname: string,
): boolean {
  const shared = status?.sharedHostnames?.find(
    candidate => candidate.hostname === hostname,
  );
  return (
    (status?.hostnames?.includes(hostname) ?? false) &&
    (shared === undefined || shared.heldBy === metadata.name)
  );
}

function isOfSameNamespace(one: AppNetwork, other: AppNetwork): boolean {
  return one.metadata.namespace === other.metadata.namespace;
}

function isSame(one: AppNetwork, other: AppNetwork): boolean {
  return objectKey(one) === objectKey(other);
}
