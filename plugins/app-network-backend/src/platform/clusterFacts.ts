import type {
  Address,
  NetworkPlatform,
  NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { serviceAddresses } from './addresses';
import { INGRESS_GATEWAY, ingressGatewayNamespace } from './components/istio';
import { platformReleases } from './components/platformReleases';
import type { PlatformInformers } from './informers';
import { releasePorts, servicePorts, type ServicePort } from './servicePorts';

/** What a platform's releases and objects depend on besides its spec, as the caches have it. */
export interface ClusterFacts {
  /** Tells this cluster from all others: the uid of its namespace kube-system. Undefined while that can't be read. */
  clusterId: string | undefined;
  /** Addresses of the gateway that applications are reached at. */
  applicationAddresses: Address[];
  /** Addresses that system components are reached at: the ingress controller's. */
  systemAddresses: Address[];
  /** Ports of the pods behind the Services of a Helm release, by its name; those that have Services. */
  releasePorts: Record<string, ServicePort['podPort'][]>;
  /** Ports of the Services that system components name, by `<namespace>/<name>`; those that are there. */
  systemServices: Record<string, ServicePort[]>;
}

/** The facts of a cluster that nothing is known of. */
export const NO_FACTS: ClusterFacts = {
  clusterId: undefined,
  applicationAddresses: [],
  systemAddresses: [],
  releasePorts: {},
  systemServices: {},
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
    releasePorts: portsOfReleases(informers, platform),
    systemServices: portsOfSystemServices(informers, spec),
  };
}

function portsOfReleases(
  informers: PlatformInformers,
  platform: NetworkPlatform,
): ClusterFacts['releasePorts'] {
  return Object.fromEntries(
    platformReleases(platform).flatMap(({ release, namespace }) => {
      const ports = releasePorts(informers.services.list(namespace), release);
      return ports ? [[release, ports]] : [];
    }),
  );
}

function portsOfSystemServices(
  informers: PlatformInformers,
  { systemComponents = [] }: NetworkPlatformSpec,
): ClusterFacts['systemServices'] {
  return Object.fromEntries(
    systemComponents.flatMap(({ namespace, ingress }) => {
      const service =
        ingress && informers.services.get(namespace, ingress.service);
      return service
        ? [[`${namespace}/${ingress.service}`, servicePorts(service)]]
        : [];
    }),
  );
}
