import type {
  AppNetwork,
  AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { sortedPorts } from './ports';

/** Who in the cluster may call an application. */
export type AccessEntry = NonNullable<AppNetworkSpec['access']>[number];

/** `spec.access`, each entry once and in an order of its own: the list has none. */
export function accessEntries(appNetwork: AppNetwork): AccessEntry[] {
  const entries = new Map(
    (appNetwork.spec?.access ?? []).map(
      ({ namespace, serviceAccount, ports }) => {
        const entry: AccessEntry = {
          namespace,
          ...(serviceAccount ? { serviceAccount } : {}),
          ...(ports?.length ? { ports: sortedPorts(ports) } : {}),
        };
        return [JSON.stringify(entry), entry];
      },
    ),
  );
  return [...entries.keys()].sort().flatMap(key => entries.get(key) ?? []);
}
