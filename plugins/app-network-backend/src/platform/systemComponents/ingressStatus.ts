import type {
  Condition,
  KubernetesObject,
  NetworkPlatformSpec,
  SystemComponent,
} from '@app-network/backstage-plugin-app-network-common';
import { describe } from '../../engine/objects';
import type { ReconcileOwnedResult } from '../../engine/types';
import type { ClusterFacts } from '../clusterFacts';
import { hostnameProblem } from './hostname';
import { ingressController, type IngressController } from './ingressController';
import type { SystemComponentObservation } from './meshStatus';
import { failed, progressing, READY, type Part } from './part';
import {
  systemCertificateName,
  systemCertificateNamespace,
  systemObjectNames,
} from './render';

/** How far a component is with being served, and what is in its way. */
export function ingressPart(
  observation: SystemComponentObservation,
  hostname: string | undefined,
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
  owned: ReconcileOwnedResult,
): Part {
  const { component } = observation;
  const { namespace, name, ingress } = component;
  if (!ingress) {
    return READY;
  }
  const taken = hostnameProblem(spec, component);
  if (taken) {
    return failed(taken);
  }
  const controller = ingressController(spec, facts);
  const problem = serviceProblem(component, ingress, controller.kind, facts);
  if (problem) {
    return failed(
      `spec.systemComponents ${namespace}/${name}: ingress.${problem}`,
    );
  }
  if (controller.kind === 'existing' && !facts.ingressClass) {
    return failed(
      `spec.ingressController: the cluster has no IngressClass ${controller.className}. Choose nginx or istio, or the name of a class that is there (kubectl get ingressclass).`,
    );
  }
  const names = systemObjectNames(component);
  const certificateName = systemCertificateName(component);
  const conflict = owned.conflicts.find(
    ({ ref }) =>
      (ref.namespace === namespace && names[ref.kind] === ref.name) ||
      ref.name === certificateName,
  );
  if (conflict) {
    return failed(
      `${describe(conflict.ref)} belongs to ${
        conflict.owner ?? 'somebody else'
      } and is left alone: remove it, or call the system component otherwise.`,
    );
  }
  const failure = owned.failures.find(
    ({ ref }) =>
      (ref.namespace === namespace && names[ref.kind] === ref.name) ||
      ref.name === certificateName,
  );
  if (failure) {
    return failure.kindMissing
      ? progressing(failure.message)
      : failed(failure.message);
  }
  const found = observed(owned, 'Ingress', namespace, name) as
    | (KubernetesObject & {
        status?: { loadBalancer?: { ingress?: unknown[] } };
      })
    | undefined;
  if (!found) {
    return progressing('Its Ingress is being made.');
  }
  if (!hostname || !found.status?.loadBalancer?.ingress?.length) {
    return progressing(
      `The ingress controller of class ${controller.className} has not taken its Ingress yet. Where that lasts, see the controller's own log, and whether it has an address.`,
    );
  }
  const certificate = observed(
    owned,
    'Certificate',
    systemCertificateNamespace(spec, controller, component),
    certificateName,
  ) as
    | (KubernetesObject & { status?: { conditions?: Condition[] } })
    | undefined;
  const ready = certificate?.status?.conditions?.find(
    ({ type }) => type === 'Ready',
  );
  if (ready?.status !== 'True') {
    return progressing(
      `Its certificate from ${facts.issuer.kind} ${
        facts.issuer.name
      } is not there yet${ready ? `: ${ready.message}` : '.'}`,
    );
  }
  return facts.unreadyServices.includes(`${namespace}/${ingress.service}`)
    ? unanswered(observation, ingress.service)
    : READY;
}

/** Nobody is there who could answer: a moment of a restart, or a pod that can't come up. */
function unanswered(
  { component, workloads }: SystemComponentObservation,
  service: string,
): Part {
  const problem = workloads.find(({ podProblem }) => podProblem)?.podProblem;
  const message = `None of the pods behind Service ${
    component.namespace
  }/${service} is ready, so that nobody answers. ${
    problem?.message ?? 'Where that lasts, see kubectl describe pod.'
  }`;
  return problem?.serious ? failed(message) : progressing(message);
}

/** What is wrong with the Service that a component names, as the rest of a sentence that begins with the field. */
function serviceProblem(
  { namespace, mesh }: SystemComponent,
  { service, port }: NonNullable<SystemComponent['ingress']>,
  kind: IngressController['kind'],
  facts: ClusterFacts,
): string | undefined {
  const key = `${namespace}/${service}`;
  const ports = facts.systemServices[key];
  if (!ports) {
    return `service: namespace ${namespace} has no Service ${service}. Create it, or correct the name.`;
  }
  if (!ports.some(other => other.port === port)) {
    return `port: Service ${key} has no port ${port}; it has ${ports
      .map(other => other.port)
      .join(', ')}.`;
  }
  return mesh && kind === 'nginx' && facts.headlessServices.includes(key)
    ? `service: Service ${key} is headless (clusterIP None), and NGINX reaches pods in the mesh at a Service's own address alone. Name another Service of the same pods, or say mesh: false.`
    : undefined;
}

function observed(
  { observed: objects }: ReconcileOwnedResult,
  kind: string,
  namespace: string,
  name: string,
): KubernetesObject | undefined {
  return objects.find(
    ({ kind: other, metadata }) =>
      other === kind &&
      metadata.namespace === namespace &&
      metadata.name === name,
  );
}
