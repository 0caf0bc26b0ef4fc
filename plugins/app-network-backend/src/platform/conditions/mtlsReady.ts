import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import type { PeerAuthentication } from '../render/peerAuthentication';
import {
  componentsOf,
  componentsRow,
  ownedRow,
  type PlatformObservation,
  type Row,
} from './row';

/** P4: plaintext to pods in the mesh is refused. */
export function mtlsReady(observation: PlatformObservation): Row {
  const { owned, platform } = observation;
  const spec = withDefaults(platform).spec ?? {};
  const istio = componentsOf(observation, 'istio-base', 'istiod');
  const type = 'MTLSReady';
  if (istio.some(({ existing }) => existing)) {
    return existingMesh(observation);
  }
  if (spec.components?.istio?.enabled === false) {
    return {
      type,
      status: 'True',
      reason: 'Disabled',
      message:
        'There is no mesh: spec.components.istio.enabled is false, and the cluster has no Istio of its own.',
    };
  }
  const problem =
    ownedRow(type, owned, ['PeerAuthentication']) ?? componentsRow(type, istio);
  if (problem) {
    return problem;
  }
  const policies = owned.observed.filter(
    (object): object is PeerAuthentication =>
      object.kind === 'PeerAuthentication',
  );
  if (!policies.some(policy => !policy.spec?.selector)) {
    return {
      type,
      status: 'False',
      reason: 'Applying',
      message: 'The mesh-wide PeerAuthentication is being written.',
      progressing: true,
    };
  }
  return spec.components?.istio?.mtls === 'Permissive'
    ? {
        type,
        status: 'True',
        reason: 'Permissive',
        message:
          'Plaintext is accepted in the mesh, as spec.components.istio.mtls says.',
      }
    : {
        type,
        status: 'True',
        reason: 'Strict',
        message: `Plaintext to pods in the mesh is refused${exceptions(
          policies,
        )}.`,
      };
}

/** Where the API server, which is not in the mesh, calls a system component. */
function exceptions(policies: readonly PeerAuthentication[]): string {
  const ports = policies.flatMap(({ metadata, spec }) =>
    Object.keys(spec?.portLevelMtls ?? {}).map(
      port =>
        `${port} of ${metadata.namespace}/${metadata.name.replace(
          /^app-network-system-/,
          '',
        )}`,
    ),
  );
  return ports.length > 0
    ? `, but for the ports that the API server calls: ${ports.join(', ')}`
    : '';
}

/** A mesh that was there already keeps the policy that it has. */
function existingMesh({ facts, platform }: PlatformObservation): Row {
  const wanted = withDefaults(platform).spec?.components?.istio?.mtls;
  const type = 'MTLSReady';
  const mode = facts.meshMode ?? 'not set, which is PERMISSIVE';
  if (facts.meshMode === 'STRICT' || wanted === 'Permissive') {
    return {
      type,
      status: 'True',
      reason: 'Existing',
      message: `The mesh was there already; its own policy is ${mode}.`,
    };
  }
  return {
    type,
    status: 'False',
    reason: 'ExistingPolicy',
    message: `The mesh was there already and its mode of mutual TLS is ${mode}, so plaintext to pods in it is accepted. App Network leaves it alone: set its mesh-wide PeerAuthentication to STRICT, or spec.components.istio.mtls to Permissive.`,
  };
}
