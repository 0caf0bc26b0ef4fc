import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../../platform/facts';
import { renderServiceEntries, renderTunnels } from './callerSide';
import { egressEntries } from './entries';
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

/** The objects by which an application reaches the outside hosts that it declares. What else it may reach is the NetworkPolicy's to say. */
export function renderEgress(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): KubernetesObject[] {
  const { egressGateway: gateway } = facts;
  const entries = egressEntries(appNetwork);
  const inMesh = appNetwork.spec?.mesh?.enabled ?? true;
  if (entries.length === 0 || !inMesh) {
    return [];
  }
  if (!gateway) {
    return renderServiceEntries(appNetwork, entries, { unreachable: false });
  }
  return [
    ...renderGatewaySide(appNetwork, gateway, entries),
    // Others of the namespace see the entry as well. Where undeclared hosts are refused it must not let them out.
    ...renderServiceEntries(appNetwork, entries, {
      unreachable: facts.refusesUndeclaredHosts,
    }),
    ...renderTunnels(appNetwork, gateway, entries),
  ];
}
