import type {
  Address,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { serviceAddresses } from './addresses';
import { INGRESS_GATEWAY, ingressGatewayNamespace } from './components/istio';
import type { PlatformInformers } from './informers';

/** What a platform's releases and objects depend on besides its spec, as the caches have it. */
export interface ClusterFacts {
  /** Tells this cluster from all others: the uid of its namespace kube-system. Undefined while that can't be read. */
  clusterId: string | undefined;
  /** Addresses of the gateway that applications are reached at. */
  applicationAddresses: Address[];
  /** Addresses that system components are reached at: the ingress controller's. */
  systemAddresses: Address[];
}

/** The facts of a cluster that nothing is known of. */
export const NO_FACTS: ClusterFacts = {
  clusterId: undefined,
  applicationAddresses: [],
  systemAddresses: [],
};

/** Reads the facts from the caches. */
export function readClusterFacts(
  informers: PlatformInformers,
  platform: NetworkPlatform,
): ClusterFacts {
  const { spec = {} } = platform;
  const gateway = informers.services.get(
    ingressGatewayNamespace(spec),
    INGRESS_GATEWAY,
  );
  const { addresses } = serviceAddresses(gateway);
  return {
    clusterId: informers.systemNamespace.get(undefined, 'kube-system')?.metadata
      .uid,
    applicationAddresses: addresses,
    systemAddresses: [],
  };
}
