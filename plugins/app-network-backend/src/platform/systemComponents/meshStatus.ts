import type {
  SystemComponent,
  SystemComponentStatus,
} from '@app-network/backstage-plugin-app-network-common';
import { describe, labelSelectorOf } from '../../engine/objects';
import { rolloutOf, type Workload } from '../workloads';
import { injection, INJECT_LABEL, wasTakenIn } from './meshMembership';
import { failed, progressing, READY, type Part } from './part';
import type { Counts } from './sidecars';

/** What is seen of one system component. */
export interface SystemComponentObservation {
  /** As it is to be: what is listed no longer, and what a mesh that goes had, has `mesh: false`. */
  component: SystemComponent;
  /** Workloads whose pods it selects. */
  workloads: ObservedWorkload[];
  /** The mesh that pods are to join: Ready, Coming while istiod is not there yet, None where the platform has no Istio. */
  mesh: 'Ready' | 'Coming' | 'None';
  /** Whether the entry of the spec asks for the mesh, whatever becomes of that. */
  asksForMesh: boolean;
}

type ObservedWorkload = Counts & {
  workload: Workload;
  /** Why its pods could not be taken into the mesh, or out of it. */
  problem: string | undefined;
};

/** Where a component is on its way into the mesh or out of it. */
export function meshState({
  component,
  workloads,
}: SystemComponentObservation): NonNullable<SystemComponentStatus['mesh']> {
  const { pods, meshed } = totals(workloads);
  const settled = workloads.every(({ workload }) => isRolledOut(workload));
  if (component.mesh) {
    return settled && pods > 0 && meshed === pods ? 'In' : 'Joining';
  }
  return settled && meshed === 0 ? 'Out' : 'Leaving';
}

/** Whether istiod has to stay because pods with its proxy are still being replaced by such without. */
export function needsMesh(observation: SystemComponentObservation): boolean {
  return (
    meshState(observation) === 'Leaving' &&
    meshPart(observation).state === 'Progressing'
  );
}

/** How far a component is with the mesh, and what is in its way. */
export function meshPart(observation: SystemComponentObservation): Part {
  const { component, workloads, mesh, asksForMesh } = observation;
  const field = `spec.systemComponents ${component.namespace}/${component.name}: mesh`;
  const state = meshState(observation);
  if (asksForMesh && mesh === 'None' && state === 'Out') {
    return failed(
      `${field} is true, and spec.components.istio.enabled is false, so that there is no mesh to join. Have Istio installed, or say mesh: false.`,
    );
  }
  if (workloads.length === 0) {
    return component.mesh ? failed(noWorkload(component)) : READY;
  }
  const problem = workloads.find(other => other.problem)?.problem;
  if (problem) {
    return failed(problem);
  }
  if (state === 'In' || state === 'Out') {
    return READY;
  }
  if (component.mesh && mesh !== 'Ready') {
    return progressing('Joins the mesh when istiod is ready.');
  }
  const rolling = workloads.find(({ workload }) => !isRolledOut(workload));
  return rolling
    ? rollout(rolling, component, state)
    : withoutProxy(observation) ??
        byOthers(observation) ??
        counted(observation, state);
}

function noWorkload({ namespace, name, selector }: SystemComponent): string {
  const labels = labelSelectorOf(selector?.matchLabels ?? {});
  return `spec.systemComponents ${namespace}/${name}: no Deployment, StatefulSet or DaemonSet in namespace ${namespace} has pods with ${
    labels || 'any labels'
  }, so that nothing can join the mesh. Correct selector, or say mesh: false.`;
}

/** A rolling restart under way, or one that doesn't come to its end. */
function rollout(
  { workload, podProblem }: ObservedWorkload,
  component: SystemComponent,
  state: string,
): Part {
  const ref = asRef(workload);
  const held = heldBack(workload);
  if (held) {
    return failed(`${state} the mesh: ${describe(ref)} ${held}`);
  }
  const { readyPods, desiredPods } = rolloutOf([ref], () => workload);
  const far = `${state} the mesh: ${describe(
    ref,
  )} has ${readyPods} of ${desiredPods} pods ready.`;
  const overdue = workload.status?.conditions?.some(
    ({ type, reason }) =>
      type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
  if (podProblem?.serious || overdue) {
    return failed(
      `${far} ${ended(
        podProblem?.message ?? 'Its rollout has exceeded its deadline',
      )} ${
        component.mesh
          ? "See kubectl describe pod; to go back, say mesh: false. What the mesh changes for a program: its calls pass the proxy, user 1337 and the ports 15000 to 15090 are the proxy's."
          : 'See kubectl describe pod.'
      }`,
    );
  }
  return progressing(podProblem ? `${far} ${ended(podProblem.message)}` : far);
}

/** Why a workload doesn't replace its pods by itself. */
function heldBack({ spec }: Workload): string | undefined {
  if (spec?.paused) {
    return 'is paused (spec.paused), so that its pods stay as they are. Let it go on with kubectl rollout resume.';
  }
  return spec?.updateStrategy?.type === 'OnDelete'
    ? 'replaces its pods only when they are deleted (spec.updateStrategy.type OnDelete). Delete them one by one.'
    : undefined;
}

/** Pods that were started to join and have got no proxy. */
function withoutProxy({
  component,
  workloads,
}: SystemComponentObservation): Part | undefined {
  const found = workloads.find(
    ({ workload, pods, meshed }) =>
      meshed < pods && injection(workload) === 'true',
  );
  if (!component.mesh || !found) {
    return undefined;
  }
  const { workload, pods, meshed } = found;
  return failed(
    `${meshed} of ${pods} pods of ${describe(
      asRef(workload),
    )} have Istio's proxy. ${
      workload.spec?.template?.spec?.hostNetwork
        ? 'Istio gives none to pods with hostNetwork: say mesh: false.'
        : `Istio gives none where namespace ${component.namespace} has the label istio-injection: disabled; take it away, and restart it with kubectl rollout restart.`
    }`,
  );
}

/** Pods that are in the mesh because somebody else wants that. */
function byOthers({
  component,
  workloads,
}: SystemComponentObservation): Part | undefined {
  const found = workloads.find(
    ({ workload, meshed }) => meshed > 0 && !wasTakenIn(workload),
  );
  if (component.mesh || !found) {
    return undefined;
  }
  return failed(
    `${describe(asRef(found.workload))} is in the mesh because ${
      injection(found.workload) === 'true'
        ? `its own label ${INJECT_LABEL}`
        : `a label of namespace ${component.namespace}`
    } says so, and mesh is false. Say mesh: true, or take that label away.`,
  );
}

function counted(
  { workloads }: SystemComponentObservation,
  state: string,
): Part {
  const { pods, meshed } = totals(workloads);
  return progressing(
    `${state} the mesh: ${meshed} of ${pods} pods have the proxy.`,
  );
}

function totals(workloads: readonly ObservedWorkload[]) {
  return {
    pods: workloads.reduce((sum, { pods }) => sum + pods, 0),
    meshed: workloads.reduce((sum, { meshed }) => sum + meshed, 0),
  };
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

/** A sentence, with its full stop. */
function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
