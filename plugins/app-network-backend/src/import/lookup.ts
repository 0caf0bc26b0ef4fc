import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { apiGroup } from '../engine/objects';
import type { ImportContext } from './types';

export const INGRESS = { group: 'networking.k8s.io', kind: 'Ingress' };
export const VIRTUAL_SERVICE = {
  group: 'networking.istio.io',
  kind: 'VirtualService',
};
export const ISTIO_GATEWAY = { group: 'networking.istio.io', kind: 'Gateway' };
export const DESTINATION_RULE = {
  group: 'networking.istio.io',
  kind: 'DestinationRule',
};
export const HTTP_ROUTE = {
  group: 'gateway.networking.k8s.io',
  kind: 'HTTPRoute',
};
export const GATEWAY_API_GATEWAY = {
  group: 'gateway.networking.k8s.io',
  kind: 'Gateway',
};
export const CERTIFICATE = { group: 'cert-manager.io', kind: 'Certificate' };
export const SERVICE = { group: '', kind: 'Service' };
export const SECRET = { group: '', kind: 'Secret' };

/** A kind in whatever version it is written. */
export interface GroupKind {
  group: string;
  kind: string;
}

export function isOfKind(
  { apiVersion, kind }: KubernetesObject,
  of: GroupKind,
): boolean {
  return kind === of.kind && apiGroup(apiVersion) === of.group;
}

export function ofKind<T extends KubernetesObject>(
  { objects }: ImportContext,
  kind: GroupKind,
): T[] {
  return objects.filter(object => isOfKind(object, kind)) as T[];
}

export function findObject<T extends KubernetesObject>(
  context: ImportContext,
  kind: GroupKind,
  namespace: string | undefined,
  name: string | undefined,
): T | undefined {
  return ofKind<T>(context, kind).find(
    ({ metadata }) =>
      metadata.name === name && metadata.namespace === namespace,
  );
}
