import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import { systemComponentsRow, type PlatformObservation, type Row } from './row';

/** P2: each system component with `ingress` is served, with a certificate of the platform's issuer. */
export function systemIngressReady(observation: PlatformObservation): Row {
  const { systemComponents = [] } =
    withDefaults(observation.platform).spec ?? {};
  return systemComponentsRow(observation, {
    type: 'SystemIngressReady',
    asks: systemComponents.filter(({ ingress }) => ingress),
    none: 'No system component asks for an ingress.',
    ready: urls => `Served: ${urls.join(', ')}.`,
  });
}
