import type {
  Condition,
  KubernetesObject,
  NetworkPlatformSpec,
  SystemComponent,
  SystemComponentStatus,
} from '@app-network/backstage-plugin-app-network-common';
import { describe } from '../../engine/objects';
import type { ReconcileOwnedResult } from '../../engine/types';
import type { ClusterFacts } from '../clusterFacts';
import { rolloutOf, type Workload } from '../workloads';
import { systemHostname } from './hostname';
import { ingressController } from './ingressController';
import { injection, INJECT_LABEL, wasTakenIn } from './meshMembership';
import { systemCertificateName, systemCertificateNamespace } from './render';

/** What is seen of one system component. */
export interface SystemComponentObservation {
  component: SystemComponent;
  /** Workloads whose pods it selects. */
  workloads: {
    workload: Workload;
    pods: number;
    /** Pods that have Istio's proxy. */
    meshed: number;
    /** Why its pods could not be taken into the mesh, or out of it. */
    problem: string | undefined;
  }[];
  /** Whether the mesh is there, so that pods can join it. */
  meshReady: boolean;
}

type Part = Pick<SystemComponentStatus, 'state'> & { message: string };

/** How far a system component is: whether it is in the mesh as it asks, and served where it asks for that. */
export function systemComponentStatus(
  observation: SystemComponentObservation,
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
  owned: ReconcileOwnedResult,
): SystemComponentStatus {
  const { component } = observation;
  const hostname = component.ingress && systemHostname(spec, component, facts);
  const mesh = meshState(observation);
  const parts: Part[] = [
    meshPart(observation, mesh),
    ingressPart(component, hostname, spec, facts, owned),
  ];
  const { state, message } =
    parts.find(part => part.state === 'Failed') ??
    parts.find(part => part.state === 'Progressing') ??
    READY;
  return {
    name: component.name,
    namespace: component.namespace,
    mesh,
    ...(hostname ? { url: `https://${hostname}/` } : {}),
    state,
    message,
  };
}

const READY: Part = { state: 'Ready', message: '' };

function failed(message: string): Part {
  return { state: 'Failed', message };
}

function progressing(message: string): Part {
  return { state: 'Progressing', message };
}

function meshState({
  component,
  workloads,
}: SystemComponentObservation): SystemComponentStatus['mesh'] {
  const pods = sum(workloads.map(other => other.pods));
  const meshed = sum(workloads.map(other => other.meshed));
  const settled = workloads.every(({ workload }) => isRolledOut(workload));
  if (component.mesh) {
    return settled && pods > 0 && meshed === pods ? 'In' : 'Joining';
  }
  return settled && meshed === 0 ? 'Out' : 'Leaving';
}

function meshPart(
  { component, workloads, meshReady }: SystemComponentObservation,
  mesh: SystemComponentStatus['mesh'],
): Part {
  const { name, namespace, selector } = component;
  if (workloads.length === 0) {
    return component.mesh
      ? failed(
          `spec.systemComponents ${namespace}/${name}: no Deployment, StatefulSet or DaemonSet in namespace ${namespace} has pods with ${
            Object.entries(selector?.matchLabels ?? {})
              .map(([label, value]) => `${label}=${value}`)
              .join(',') || 'any labels'
          }, so that nothing can join the mesh. Correct selector, or say mesh: false.`,
        )
      : READY;
  }
  const problem = workloads.find(other => other.problem)?.problem;
  if (problem) {
    return failed(problem);
  }
  if (mesh === 'In' || mesh === 'Out') {
    return READY;
  }
  if (component.mesh && !meshReady) {
    return progressing('Joins the mesh when istiod is ready.');
  }
  const pods = sum(workloads.map(other => other.pods));
  const meshed = sum(workloads.map(other => other.meshed));
  const rolling = workloads
    .map(({ workload }) => workload)
    .find(workload => !isRolledOut(workload));
  if (rolling) {
    const { readyPods, desiredPods } = rolloutOf(
      [asRef(rolling)],
      () => rolling,
    );
    return progressing(
      `${mesh} the mesh: ${describe(
        asRef(rolling),
      )} has ${readyPods} of ${desiredPods} pods ready. Where that lasts, see kubectl describe pod; a probe or a port that the proxy can't take over is the usual cause.`,
    );
  }
  const byOthers = workloads.find(
    ({ workload, meshed: proxies }) => proxies > 0 && !wasTakenIn(workload),
  );
  if (!component.mesh && byOthers) {
    return failed(
      `${describe(asRef(byOthers.workload))} is in the mesh because ${
        injection(byOthers.workload) === 'true'
          ? `its own label ${INJECT_LABEL}`
          : `a label of namespace ${namespace}`
      } says so, and mesh is false. Say mesh: true, or take that label away.`,
    );
  }
  return progressing(
    `${mesh} the mesh: ${meshed} of ${pods} pods have the proxy.`,
  );
}

function ingressPart(
  component: SystemComponent,
  hostname: string | undefined,
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
  owned: ReconcileOwnedResult,
): Part {
  const { namespace, name, ingress } = component;
  if (!ingress) {
    return READY;
  }
  const field = `spec.systemComponents ${namespace}/${name}: ingress`;
  const ports = facts.systemServices[`${namespace}/${ingress.service}`];
  if (!ports) {
    return failed(
      `${field}.service: namespace ${namespace} has no Service ${ingress.service}. Create it, or correct the name.`,
    );
  }
  if (!ports.some(({ port }) => port === ingress.port)) {
    return failed(
      `${field}.port: Service ${namespace}/${ingress.service} has no port ${
        ingress.port
      }; it has ${ports.map(({ port }) => port).join(', ')}.`,
    );
  }
  const controller = ingressController(spec, facts);
  if (controller.kind === 'existing' && !facts.ingressClass) {
    return failed(
      `spec.ingressController: the cluster has no IngressClass ${controller.className}. Choose nginx or istio, or the name of a class that is there (kubectl get ingressclass).`,
    );
  }
  const conflict = owned.conflicts.find(
    ({ ref }) =>
      ref.kind === 'Ingress' &&
      ref.namespace === namespace &&
      ref.name === name,
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
      ref.namespace === namespace &&
      (ref.name === name || ref.name === systemCertificateName(component)),
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
    systemCertificateName(component),
  ) as
    | (KubernetesObject & { status?: { conditions?: Condition[] } })
    | undefined;
  const ready = certificate?.status?.conditions?.find(
    ({ type }) => type === 'Ready',
  );
  return ready?.status === 'True'
    ? READY
    : progressing(
        `Its certificate from ${facts.issuer.kind} ${
          facts.issuer.name
        } is not there yet${ready ? `: ${ready.message}` : '.'}`,
      );
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

function isRolledOut(workload: Workload): boolean {
  return rolloutOf([asRef(workload)], () => workload).ready;
}

function asRef({ kind, metadata }: Workload) {
  return {
    kind: kind as 'Deployment' | 'StatefulSet' | 'DaemonSet',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
