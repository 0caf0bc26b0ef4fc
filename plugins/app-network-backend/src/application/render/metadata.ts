import {
  KUBERNETES_ID,
  shortenName,
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

/** Longest name of an object. */
const MAX_NAME = 253;

/**
 * Name of an object in the ingress gateway's namespace: `<namespace>-<name>-<what>`. Where a dash in the namespace would make two
 * AppNetworks' names the same, a dot parts them, which no namespace holds.
 *
 * @param what - of the AppNetwork's objects
 */
export function gatewayObjectName(
  { metadata: { namespace = '', name } }: AppNetwork,
  what: string,
): string {
  const separator = namespace.includes('-') || name.includes('.') ? '.' : '-';
  return shortenName(`${namespace}${separator}${name}-${what}`, MAX_NAME);
}
