import type {
  Address,
  KubernetesObject,
  NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type { V1IngressSpec } from '@kubernetes/client-node';
import { isManaged } from '../../engine/objects';
import { serviceAddresses, type Service } from '../addresses';
import type { ClusterFacts } from '../clusterFacts';
import { helmOwner } from '../helmOwner';
import type { PlatformInformers } from '../informers';
import { ingressClassName, type IngressController } from './ingressController';

/** What is read of an IngressClass (networking.k8s.io/v1). */
export interface IngressClass extends KubernetesObject {
  spec?: { controller?: string };
}

/** What is read of an Ingress (networking.k8s.io/v1). */
export interface Ingress extends KubernetesObject {
  spec?: Pick<V1IngressSpec, 'ingressClassName'>;
  status?: NonNullable<Service['status']>;
}

/** The class that the spec chooses, as it is in the cluster. */
export function readIngressClass(
  { ingressClasses }: PlatformInformers,
  spec: NetworkPlatformSpec,
  releases: readonly { namespace: string; release: string }[],
): ClusterFacts['ingressClass'] {
  const found = ingressClasses.get(undefined, ingressClassName(spec));
  if (!found) {
    return undefined;
  }
  const owner = helmOwner(found);
  return {
    controller: found.spec?.controller ?? '',
    ours:
      isManaged(found) ||
      releases.some(
        ({ namespace, release }) =>
          owner?.release === release && owner.namespace === namespace,
      ),
  };
}

/** Where an ingress controller is reached: at its Service, or, for one that is somebody else's, as it says in the status of its Ingresses. */
export function ingressAddresses(
  { services, ingresses }: PlatformInformers,
  { service, className }: IngressController,
): Address[] {
  if (service) {
    return serviceAddresses(services.get(service.namespace, service.name))
      .addresses;
  }
  const told = ingresses
    .list()
    .filter(({ spec }) => spec?.ingressClassName === className)
    .map(({ status }) => status?.loadBalancer?.ingress ?? [])
    .find(({ length }) => length > 0);
  return (told ?? []).flatMap(({ ip, hostname }): Address[] => {
    if (ip) {
      return [{ type: 'IPAddress', value: ip }];
    }
    return hostname ? [{ type: 'Hostname', value: hostname }] : [];
  });
}
