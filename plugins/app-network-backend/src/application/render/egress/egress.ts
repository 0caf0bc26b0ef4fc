import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../../platform/facts';
import { renderServiceEntries, renderTunnels } from './callerSide';
import { distinctEntries, egressEntries, type EgressEntry } from './entries';
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
  return egressGateway && (spec.mesh?.enabled ?? true) ? 'Gateway' : 'Direct';
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
): KubernetesObject[] {
  const { egressGateway: gateway, refusesUndeclaredHosts } = facts;
  const entries = egressEntries(appNetwork);
  const inMesh = appNetwork.spec?.mesh?.enabled ?? true;
  if (entries.length === 0 || !inMesh) {
    return [];
  }
  const known = knownPorts(entries, neighbours);
  if (!gateway) {
    return renderServiceEntries(appNetwork, known, { unreachable: false });
  }
  return [
    ...renderGatewaySide(appNetwork, gateway, entries),
    // Others of the namespace see the entry as well. Where undeclared hosts are refused it must not let them out.
    ...renderServiceEntries(appNetwork, known, {
      unreachable: refusesUndeclaredHosts,
    }),
    ...renderTunnels(appNetwork, gateway, entries),
  ];
}

/**
 * Ports of the hosts that are to be known in the namespace: where several ServiceEntries of a namespace have a host, Istio goes by the oldest
 * alone (pilot/pkg/model/sidecar.go, canMergeServices: labels differ), so that each has the ports of all.
 */
function knownPorts(
  entries: readonly EgressEntry[],
  neighbours: readonly AppNetwork[],
): EgressEntry[] {
  const hosts = new Set(entries.map(({ host }) => host));
  const theirs = neighbours
    .flatMap(egressEntries)
    .filter(({ host }) => hosts.has(host));
  return distinctEntries([...entries, ...theirs]);
}
