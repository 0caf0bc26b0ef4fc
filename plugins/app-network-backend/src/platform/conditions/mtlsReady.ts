import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
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
  if (spec.components?.istio?.enabled === false) {
    return {
      type,
      status: 'True',
      reason: 'NotManaged',
      message:
        "Istio is not installed by App Network; the mesh's own policy counts.",
    };
  }
  const problem =
    ownedRow(type, owned, ['PeerAuthentication']) ?? componentsRow(type, istio);
  if (problem) {
    return problem;
  }
  if (!owned.observed.some(({ kind }) => kind === 'PeerAuthentication')) {
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
        message: 'Plaintext to pods in the mesh is refused.',
      };
}
