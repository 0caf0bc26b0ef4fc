import type {
  NetworkPlatformSpec,
  SystemComponentStatus,
} from '@app-network/backstage-plugin-app-network-common';
import type { ReconcileOwnedResult } from '../../engine/types';
import type { ClusterFacts } from '../clusterFacts';
import { hostnameProblem, systemHostname } from './hostname';
import { ingressPart } from './ingressStatus';
import {
  meshPart,
  meshState,
  type SystemComponentObservation,
} from './meshStatus';
import { READY } from './part';

/** How far a system component is: whether it is in the mesh as it asks, and served where it asks for that. */
export function systemComponentStatus(
  observation: SystemComponentObservation,
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
  owned: ReconcileOwnedResult,
): SystemComponentStatus {
  const { component } = observation;
  const hostname =
    component.ingress && !hostnameProblem(spec, component)
      ? systemHostname(spec, component, facts)
      : undefined;
  const parts = [
    meshPart(observation),
    ingressPart(observation, hostname, spec, facts, owned),
  ];
  const { state, message } =
    parts.find(part => part.state === 'Failed') ??
    parts.find(part => part.state === 'Progressing') ??
    READY;
  return {
    name: component.name,
    namespace: component.namespace,
    mesh: meshState(observation),
    ...(hostname ? { url: `https://${hostname}/` } : {}),
    state,
    message,
  };
}
