import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import type { PlatformObservation, Row } from './row';

/** P1: the ingress controller runs and has an address. */
export function ingressControllerReady({ platform }: PlatformObservation): Row {
  const type = 'IngressControllerReady';
  const spec = withDefaults(platform).spec ?? {};
  return spec.components?.ingressNginx?.enabled
    ? {
        type,
        status: 'False',
        reason: 'NotSupported',
        message:
          'This version does not install the NGINX Ingress Controller: leave out spec.components.ingressNginx.',
      }
    : {
        type,
        status: 'True',
        reason: 'Disabled',
        message: 'No ingress controller is asked for.',
      };
}
