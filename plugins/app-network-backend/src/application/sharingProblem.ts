import {
  withDefaults,
  type AppNetwork,
} from '@app-network/backstage-plugin-app-network-common';
import { describeAppNetwork } from './render/describeAppNetwork';
import { matchKey, normalized } from './render/routes';
import type { Problem } from './render/types';

/**
 * Why an AppNetwork can't be served at a hostname together with others of its namespace; undefined where it can. Each serves its own paths
 * there. Whatever is one for all, which is how the hostname is secured and found, all must say alike, so that nothing changes for clients
 * when the one that holds it goes.
 *
 * @param members - those that serve it already, the one that holds it first
 */
export function sharingProblem(
  appNetwork: AppNetwork,
  hostname: string,
  members: readonly AppNetwork[],
): Problem | undefined {
  const [holder] = members;
  return (
    holder &&
    (tlsContradiction(appNetwork, hostname, holder) ??
      dnsContradiction(appNetwork, hostname, holder) ??
      servedTwice(appNetwork, hostname, members))
  );
}

/** What two AppNetworks match alike would reach one of them only. */
function servedTwice(
  appNetwork: AppNetwork,
  hostname: string,
  members: readonly AppNetwork[],
): Problem | undefined {
  const own = matchesOf(appNetwork);
  for (const member of members) {
    const theirs = matchesOf(member);
    const twice = [...own].filter(([key]) => theirs.has(key));
    if (twice.length > 0) {
      return {
        condition: 'GatewayReady',
        reason: 'HostnameTaken',
        message: `spec.hostnames: hostname ${hostname} ${
          member === members[0] ? 'belongs to' : 'is shared with'
        } ${describeAppNetwork(
          member,
        )}, which was there first and serves ${twice
          .map(([, match]) => match)
          .sort()
          .join(
            ', ',
          )} there as well. Choose other paths, methods or headers, or another hostname.`,
        certain: true,
      };
    }
  }
  return undefined;
}

/** What an AppNetwork matches, by what tells one match from another, for people. */
function matchesOf(appNetwork: AppNetwork): Map<string, string> {
  const rules = withDefaults(appNetwork).spec?.rules ?? [];
  return new Map(
    (rules.length > 0 ? rules : [{}]).flatMap(({ matches = [] }) =>
      (matches.length > 0 ? matches : [{}]).map(match => {
        const { path, method, headers = [] } = normalized(match);
        const text = [
          `${path?.type ?? 'PathPrefix'} ${path?.value ?? '/'}`,
          ...(method ? [`method ${method}`] : []),
          ...headers.map(({ name, value }) => `header ${name}: ${value}`),
        ].join(' and ');
        return [matchKey(match), text] as const;
      }),
    ),
  );
}

function tlsContradiction(
  appNetwork: AppNetwork,
  hostname: string,
  holder: AppNetwork,
): Problem | undefined {
  const [own, theirs] = [appNetwork, holder].map(tlsOf);
  if (!own || !theirs) {
    return undefined;
  }
  if (own.mode === 'Passthrough' || theirs.mode === 'Passthrough') {
    return contradiction(
      'TLSContradiction',
      `spec.tls.mode: hostname ${hostname} belongs to ${describeAppNetwork(
        holder,
      )}, which was there first, and with mode Passthrough (${
        theirs.mode === 'Passthrough' ? 'there' : 'here'
      }) one alone serves it: the gateway sees no paths. Choose another hostname, or the mode Terminate.`,
    );
  }
  const field = (['certificateRef', 'issuerRef'] as const).find(
    name => own[name] !== theirs[name],
  );
  return (
    field &&
    different(
      'TLSContradiction',
      { field: `spec.tls.${field}`, own: own[field], theirs: theirs[field] },
      hostname,
      holder,
    )
  );
}

function tlsOf({ spec }: AppNetwork) {
  const { mode = 'Terminate', certificateRef, issuerRef } = spec?.tls ?? {};
  const {
    name,
    kind = 'ClusterIssuer',
    group = 'cert-manager.io',
  } = issuerRef ?? {};
  return {
    mode,
    certificateRef: certificateRef?.name,
    issuerRef: name && `${kind}.${group} ${name}`,
  };
}

function dnsContradiction(
  appNetwork: AppNetwork,
  hostname: string,
  holder: AppNetwork,
): Problem | undefined {
  const [own, theirs] = [appNetwork, holder].map(({ spec }) => ({
    enabled: String(spec?.dns?.enabled ?? true),
    ttl: spec?.dns?.ttl?.toString(),
  }));
  const field =
    own &&
    theirs &&
    (['enabled', 'ttl'] as const).find(name => own[name] !== theirs[name]);
  return (
    field &&
    different(
      'DNSContradiction',
      { field: `spec.dns.${field}`, own: own[field], theirs: theirs[field] },
      hostname,
      holder,
    )
  );
}

function different(
  reason: string,
  said: { field: string; own?: string; theirs?: string },
  hostname: string,
  holder: AppNetwork,
): Problem {
  const { field, own = 'nothing', theirs = 'nothing' } = said;
  return contradiction(
    reason,
    `${field}: here it is ${own}, and in ${describeAppNetwork(
      holder,
    )}, which was there first and holds hostname ${hostname}, ${theirs}; it is one for all who serve the hostname. Say the same here, or choose another hostname.`,
  );
}

function contradiction(reason: string, message: string): Problem {
  return { condition: 'GatewayReady', reason, message, certain: true };
}
