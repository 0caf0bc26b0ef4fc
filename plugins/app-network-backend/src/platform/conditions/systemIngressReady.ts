import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import { ingressController } from '../systemComponents/ingressController';
import { systemComponentsRow, type PlatformObservation, type Row } from './row';

/** P2: each system component with `ingress` is served, with a certificate of the platform's issuer. */
export function systemIngressReady(observation: PlatformObservation): Row {
  const spec = withDefaults(observation.platform).spec ?? {};
  const asks = (spec.systemComponents ?? []).filter(({ ingress }) => ingress);
  const { kind, className } = ingressController(spec, observation.facts);
  const meshed = asks
    .filter(({ mesh }) => mesh)
    .map(({ namespace, name }) => `${namespace}/${name}`);
  const unknown =
    kind === 'existing' && meshed.length > 0
      ? ` What can't be seen from here: whether the controller of IngressClass ${className} is in the mesh. ${meshed.join(
          ' and ',
        )} refuses it otherwise, and it has to call the Service's own address rather than the pods'.`
      : '';
  return systemComponentsRow(observation, {
    type: 'SystemIngressReady',
    asks,
    none: 'No system component asks for an ingress.',
    ready: urls => `Served: ${urls.join(', ')}.${unknown}`,
  });
}
