import {
  API_VERSION,
  NETWORK_PLATFORM_NAME,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { platformReleases } from './platformReleases';

/** The namespaces that belong to a platform; those of the default one while there is none, for it may come any time. */
export function platformNamespaces(
  platform: NetworkPlatform = {
    apiVersion: API_VERSION,
    kind: 'NetworkPlatform',
    metadata: { name: NETWORK_PLATFORM_NAME },
  },
): string[] {
  return [
    ...new Set(platformReleases(platform).map(({ namespace }) => namespace)),
  ];
}
