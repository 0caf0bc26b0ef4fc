import { withDefaults } from '@app-network/backstage-plugin-app-network-common';
import { INGRESS_NGINX } from '../components/ingressNginx';
import { INGRESS_GATEWAY } from '../components/istio';
import { ingressController } from '../systemComponents/ingressController';
import {
  componentsOf,
  componentsRow,
  type PlatformObservation,
  type Row,
} from './row';

/** P1: what serves system components runs and has an address. */
export function ingressControllerReady(observation: PlatformObservation): Row {
  const type = 'IngressControllerReady';
  const { platform, facts } = observation;
  const spec = withDefaults(platform).spec ?? {};
  const controller = ingressController(spec, facts);
  const { className } = controller;
  const addresses = facts.systemAddresses.map(({ value }) => value).join(', ');
  if (controller.kind === 'existing') {
    return facts.ingressClass
      ? {
          type,
          status: 'True',
          reason: 'Existing',
          message: `IngressClass ${className} (${
            facts.ingressClass.controller
          }) was there already: it is used, and left alone. ${
            addresses
              ? `It is reached at ${addresses}.`
              : 'Its address shows once it has taken an Ingress.'
          }`,
        }
      : {
          type,
          status: 'False',
          reason: 'NoIngressClass',
          message: `spec.ingressController: the cluster has no IngressClass ${className}. Choose nginx or istio, or the name of a class that is there (kubectl get ingressclass).`,
        };
  }
  const components = componentsOf(
    observation,
    controller.kind === 'nginx' ? INGRESS_NGINX : INGRESS_GATEWAY,
  );
  const problem = componentsRow(type, components);
  if (problem) {
    return problem;
  }
  if (components.every(({ state }) => state === 'Disabled')) {
    return {
      type,
      status: 'True',
      reason: 'Disabled',
      message: `spec.ingressController is ${className}, and its component is switched off, so that nothing serves system components.`,
    };
  }
  const { service } = controller;
  return addresses
    ? {
        type,
        status: 'True',
        reason: 'Ready',
        message: `System components are reached at ${addresses}.`,
      }
    : {
        type,
        status: 'False',
        reason: 'NoAddress',
        message: service
          ? `The Service of the ingress controller, ${service.namespace}/${service.name}, has no address yet. Where that lasts, see kubectl describe: the cluster needs a load balancer, such as its cloud's or MetalLB.`
          : observation.addressMessage,
        progressing: true,
      };
}
