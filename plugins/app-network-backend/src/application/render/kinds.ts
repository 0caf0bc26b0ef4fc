import type { KindRef } from '../../engine/types';

export const GATEWAY = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
} as const satisfies KindRef;

export const VIRTUAL_SERVICE = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
} as const satisfies KindRef;

export const DESTINATION_RULE = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
} as const satisfies KindRef;

export const SERVICE_ENTRY = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
} as const satisfies KindRef;

export const AUTHORIZATION_POLICY = {
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
} as const satisfies KindRef;

export const REQUEST_AUTHENTICATION = {
  apiVersion: 'security.istio.io/v1',
  kind: 'RequestAuthentication',
} as const satisfies KindRef;

/** Istio has no later version of it. */
export const ENVOY_FILTER = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'EnvoyFilter',
} as const satisfies KindRef;

export const PEER_AUTHENTICATION = {
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
} as const satisfies KindRef;

export const CERTIFICATE = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
} as const satisfies KindRef;

export const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
} as const satisfies KindRef;

export const NETWORK_POLICY = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
} as const satisfies KindRef;

/** Every kind that an AppNetwork becomes. */
export const RENDERED_KINDS: readonly KindRef[] = [
  GATEWAY,
  VIRTUAL_SERVICE,
  DESTINATION_RULE,
  SERVICE_ENTRY,
  AUTHORIZATION_POLICY,
  REQUEST_AUTHENTICATION,
  ENVOY_FILTER,
  PEER_AUTHENTICATION,
  CERTIFICATE,
  SECRET,
  NETWORK_POLICY,
];
