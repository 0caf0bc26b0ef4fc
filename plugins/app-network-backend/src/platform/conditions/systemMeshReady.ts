import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import { systemComponentsRow, type PlatformObservation, type Row } from './row';

/** P7: each system component is in the mesh, or outside it, as it asks. */
export function systemMeshReady(observation: PlatformObservation): Row {
  const { systemComponents = [] } =
    withDefaults(observation.platform).spec ?? {};
  const { systemComponents: statuses } = observation;
  const moving = statuses.filter(
    ({ mesh }) => mesh === 'Joining' || mesh === 'Leaving',
  );
  const asks = systemComponents.filter(
    ({ name, namespace, mesh }) =>
      mesh ||
      moving.some(
        other => other.name === name && other.namespace === namespace,
      ),
  );
  const names = asks.map(({ namespace, name }) => `${namespace}/${name}`);
  return systemComponentsRow(
    // What is settled as it should be has nothing to do with the mesh, whatever else is wrong with it.
    { ...observation, systemComponents: moving },
    {
      type: 'SystemMeshReady',
      asks,
      none: 'No system component asks for the mesh.',
      ready: () => `In the mesh: ${names.join(', ')}.`,
    },
  );
}
