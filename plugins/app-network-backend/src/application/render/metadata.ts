import {
  KUBERNETES_ID,
  type AppNetwork,
  type ObjectMeta,
} from '@app-network/backstage-plugin-app-network-common';

/**
 * Metadata of an object of an AppNetwork, in its namespace and with its name where nothing else is said. The entity's label goes along, so
 * that the object is found where its entity's objects are looked for; labels of ownership are the engine's.
 */
export function objectMeta(
  appNetwork: AppNetwork,
  { name, namespace }: { name?: string; namespace?: string } = {},
): ObjectMeta {
  const entity = appNetwork.metadata.labels?.[KUBERNETES_ID];
  return {
    name: name ?? appNetwork.metadata.name,
    namespace: namespace ?? appNetwork.metadata.namespace,
    ...(entity ? { labels: { [KUBERNETES_ID]: entity } } : {}),
  };
}
