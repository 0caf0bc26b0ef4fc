import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { JsonObject } from '@backstage/types';

/** Name of a profile of the spec. */
export type ProfileName = NonNullable<NetworkPlatformSpec['profile']>;

/** What a profile says where the spec says nothing. */
export interface Profile {
  /** Whether components are installed that not every platform has. */
  enabled: { egressGateway: boolean };
  /** Number of pods. */
  replicas: {
    certManager: number;
    ingressNginx: number;
    istiod: number;
    ingressGateway: number;
    egressGateway: number;
  };
  /** What is asked for each pod; undefined: what the chart says. */
  resources: {
    istiod?: JsonObject;
    gateway?: JsonObject;
    externalDns?: JsonObject;
    /** For the proxy beside each pod of an application. */
    sidecar?: JsonObject;
  };
}

const SMALL = {
  istiod: { requests: { cpu: '50m', memory: '256Mi' } },
  gateway: { requests: { cpu: '20m', memory: '64Mi' } },
  sidecar: { requests: { cpu: '10m', memory: '64Mi' } },
  externalDns: { requests: { cpu: '10m', memory: '64Mi' } },
};

/**
 * The defaults for each profile. `development` is small, one of each; `production` survives the loss of a pod; `managed` is a cluster that
 * is run from a portal elsewhere: its gateways as in production, its control plane as in development.
 */
export const PROFILES: Record<ProfileName, Profile> = {
  development: {
    enabled: { egressGateway: false },
    replicas: {
      certManager: 1,
      ingressNginx: 1,
      istiod: 1,
      ingressGateway: 1,
      egressGateway: 1,
    },
    resources: SMALL,
  },
  production: {
    enabled: { egressGateway: true },
    replicas: {
      certManager: 2,
      ingressNginx: 2,
      istiod: 2,
      ingressGateway: 2,
      egressGateway: 2,
    },
    resources: {},
  },
  managed: {
    enabled: { egressGateway: true },
    replicas: {
      certManager: 1,
      ingressNginx: 2,
      istiod: 1,
      ingressGateway: 2,
      egressGateway: 2,
    },
    resources: { istiod: SMALL.istiod, externalDns: SMALL.externalDns },
  },
};

/** The chart versions that this version of App Network is tested with. */
export const TESTED_VERSIONS = {
  certManager: 'v1.21.2',
  ingressNginx: '2.6.4',
  istio: '1.31.4',
  externalDNS: '1.22.0',
} as const;
