import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import type { PlatformObservation, Row } from './row';

/** P7: each system component is in the mesh, or outside it, as it asks. */
export function systemMeshReady({ platform }: PlatformObservation): Row {
  const type = 'SystemMeshReady';
  const spec = withDefaults(platform).spec ?? {};
  return (spec.systemComponents ?? []).some(({ mesh }) => mesh)
    ? {
        type,
        status: 'False',
        reason: 'NotSupported',
        message:
          'This version does not take system components into the mesh: leave out mesh in spec.systemComponents.',
      }
    : {
        type,
        status: 'True',
        reason: 'NoneListed',
        message: 'No system component asks for the mesh.',
      };
}
