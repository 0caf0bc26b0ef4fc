import {
  API_VERSION,
  NETWORK_PLATFORM_NAME,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';

/** The project's own kinds, as the API server is asked for them. */
export const APP_NETWORK = {
  apiVersion: API_VERSION,
  kind: 'AppNetwork',
} as const;

export const NETWORK_PLATFORM = {
  apiVersion: API_VERSION,
  kind: 'NetworkPlatform',
} as const;

/** The address of a cluster's NetworkPlatform in its API server. */
export const PLATFORM_REF = {
  ...NETWORK_PLATFORM,
  name: NETWORK_PLATFORM_NAME,
} as const;

/** The platform of a cluster that has none, for it may come any time. */
export const DEFAULT_PLATFORM: NetworkPlatform = {
  ...NETWORK_PLATFORM,
  metadata: { name: NETWORK_PLATFORM_NAME },
};
