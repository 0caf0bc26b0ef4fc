import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../../platform/facts';
import { describeAppNetwork } from '../describeAppNetwork';
import { isInMesh } from '../mesh';
import { isCreatedBefore } from '../precedence';
import type { Problem } from '../types';
import { renderServiceEntries, renderTunnels } from './callerSide';
import { egressEntries, sortedEntries, type EgressEntry } from './entries';
import { renderGatewaySide } from './gatewaySide';

/** How calls to declared outside hosts leave: by the egress gateway, straight from the pods, or not at all, for none is declared. */
export type EgressWay = 'Gateway' | 'Direct' | 'None';

/** Pods without a proxy can't be sent through the egress gateway, and not every platform has one. */
export function egressWay(
  { spec }: AppNetwork,
  { egressGateway }: Pick<PlatformFacts, 'egressGateway'>,
): EgressWay {
  if (!spec?.egress?.length) {
    return 'None';
  }
  return egressGateway && isInMesh({ spec }) ? 'Gateway' : 'Direct';
}

/**
 * The objects by which an application reaches the outside hosts that it declares. What else it may reach is the NetworkPolicy's to say.
 *
 * @param neighbours - other AppNetworks of its namespace
 */
export function renderEgress(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  neighbours: readonly AppNetwork[],
): { objects: KubernetesObject[]; problems: Problem[] } {
  const declared = egressEntries(appNetwork);
  if (declared.length === 0 || !isInMesh(appNetwork)) {
    return { objects: [], problems: [] };
  }
  const known = knownPorts(appNetwork, neighbours);
  const entries: EgressEntry[] = [];
  const problems: Problem[] = [];
  for (const entry of declared) {
    const first = contradicted(entry, known);
    if (first) {
      problems.push(protocolContradiction(entry, first));
    } else {
      entries.push(entry);
    }
  }
  const objects =
    entries.length > 0 ? objectsFor(appNetwork, facts, entries, known) : [];
  return { objects, problems };
}

function objectsFor(
  appNetwork: AppNetwork,
  { egressGateway: gateway, refusesUndeclaredHosts }: PlatformFacts,
  entries: readonly EgressEntry[],
  known: readonly DeclaredEntry[],
): KubernetesObject[] {
  const hosts = new Set(entries.map(({ host }) => host));
  const ports = sortedEntries(known.filter(({ host }) => hosts.has(host)));
  if (!gateway) {
    return renderServiceEntries(appNetwork, ports, { unreachable: false });
  }
  return [
    ...renderGatewaySide(appNetwork, gateway, entries),
    // Others of the namespace see the entry as well. Where undeclared hosts are refused it must not let them out.
    ...renderServiceEntries(appNetwork, ports, {
      unreachable: refusesUndeclaredHosts,
    }),
    ...renderTunnels(appNetwork, gateway, entries),
  ];
}

/** An outside host, and who declared it first. */
interface DeclaredEntry extends EgressEntry {
  by: AppNetwork;
}

/**
 * Each port of a host that is declared in the namespace once, as who was there first says: where several ServiceEntries of a namespace have a
 * host, Istio goes by the oldest alone (pilot/pkg/model/sidecar.go, canMergeServices: labels differ), so that each has the ports of all.
 */
function knownPorts(
  appNetwork: AppNetwork,
  neighbours: readonly AppNetwork[],
): DeclaredEntry[] {
  const known: DeclaredEntry[] = [];
  const inOrder = [appNetwork, ...neighbours]
    // Without a proxy nothing is declared to any.
    .filter(isInMesh)
    .toSorted((one, other) => (isCreatedBefore(one, other) ? -1 : 1));
  for (const by of inOrder) {
    const others = egressEntries(by).filter(
      entry => !known.some(other => isSamePort(entry, other)),
    );
    known.push(...others.map(entry => ({ ...entry, by })));
  }
  return known;
}

/** Who said first that another protocol is spoken there. */
function contradicted(
  entry: EgressEntry,
  known: readonly DeclaredEntry[],
): DeclaredEntry | undefined {
  return known.find(
    other => isSamePort(entry, other) && entry.protocol !== other.protocol,
  );
}

function protocolContradiction(
  { host, port, protocol }: EgressEntry,
  { by, protocol: theirs }: DeclaredEntry,
): Problem {
  return {
    condition: 'PolicyReady',
    reason: 'EgressContradiction',
    message: `spec.egress: ${host}:${port} has protocol ${protocol}, and ${describeAppNetwork(
      by,
    )}, which was there first, says ${theirs}; proxies of one namespace speak one protocol at a port. Have both say the same.`,
    certain: true,
  };
}

function isSamePort(one: EgressEntry, other: EgressEntry): boolean {
  return one.host === other.host && one.port === other.port;
}
