import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { Problem } from './types';

/** Fields that have no effect yet; what is asked for and not done is said. */
export function unsupportedFields(appNetwork: AppNetwork): Problem[] {
  return (appNetwork.spec?.egress ?? []).length > 0
    ? [
        {
          condition: 'PolicyReady',
          reason: 'NotSupportedYet',
          message:
            'spec.egress has no effect yet: calls to outside hosts are not routed through the egress gateway. Remove it, or go on without it.',
        },
      ]
    : [];
}
