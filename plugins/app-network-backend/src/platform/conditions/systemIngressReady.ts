import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import type { PlatformObservation, Row } from './row';

/** P2: each system component with `ingress` is served. */
export function systemIngressReady({ platform }: PlatformObservation): Row {
  const type = 'SystemIngressReady';
  const spec = withDefaults(platform).spec ?? {};
  return (spec.systemComponents ?? []).some(({ ingress }) => ingress)
    ? {
        type,
        status: 'False',
        reason: 'NotSupported',
        message:
          'This version does not serve system components: leave out ingress in spec.systemComponents.',
      }
    : {
        type,
        status: 'True',
        reason: 'NoneListed',
        message: 'No system component asks for an ingress.',
      };
}
