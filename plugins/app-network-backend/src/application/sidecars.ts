import type {
  AppNetwork,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { hasProxy } from '../platform/systemComponents/sidecars';
import { INJECT_LABEL } from '../platform/systemComponents/meshMembership';
import type { SelectedPod } from './podLooks';
import { isInMesh } from './render/mesh';
import type { Workload } from './workloads';

/** Which of the pods have Istio's sidecar; undefined where there are none to tell by. */
export type Sidecars = 'All' | 'Some' | 'None' | undefined;

/** Label of a namespace (Istio, "Installing the Sidecar"). */
const NAMESPACE_LABEL = 'istio-injection';
/** Likewise, of a namespace or a pod, where Istio is installed by revisions. */
const REVISION_LABEL = 'istio.io/rev';

/** Which pods have a sidecar. One that is on its end counts: it may still be answering. */
export function sidecarsOf(pods: readonly SelectedPod[]): Sidecars {
  if (pods.length === 0) {
    return undefined;
  }
  const meshed = pods.filter(hasProxy).length;
  if (meshed === pods.length) {
    return 'All';
  }
  return meshed > 0 ? 'Some' : 'None';
}

/** Whether the pods are as `spec.mesh.enabled` says. */
export function areAsSaid(
  appNetwork: AppNetwork,
  pods: readonly SelectedPod[],
): boolean {
  const inMesh = isInMesh(appNetwork);
  return pods.every(pod => hasProxy(pod) === inMesh);
}

/**
 * What is wrong with the sidecars of the pods, why, and what to do, as a sentence or more. Undefined where each is as `spec.mesh.enabled` says.
 *
 * @param workloads - that make the pods
 * @param namespace - of the pods; undefined where it is not known
 */
export function sidecarProblem(
  appNetwork: AppNetwork,
  pods: readonly SelectedPod[],
  workloads: readonly Workload[],
  namespace: KubernetesObject | undefined,
):
  | { reason: 'SidecarMissing' | 'SidecarPresent'; message: string }
  | undefined {
  const running = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const inMesh = isInMesh(appNetwork);
  const other = running.filter(pod => hasProxy(pod) !== inMesh);
  if (other.length === 0) {
    return undefined;
  }
  const count = `${other.length} of ${running.length} ${
    running.length === 1 ? 'pod' : 'pods'
  }`;
  const labels = namespace?.metadata.labels ?? {};
  const causes = new Map<string, string[]>();
  for (const pod of other) {
    const cause = inMesh
      ? whyWithout(pod, appNetwork, labels)
      : whyWith(pod, appNetwork, labels);
    const names = causes.get(cause) ?? [];
    causes.set(cause, [...names, pod.metadata.name]);
  }
  return {
    reason: inMesh ? 'SidecarMissing' : 'SidecarPresent',
    message: [
      inMesh
        ? `spec.mesh.enabled is true, and ${count} ${have(
            other,
          )} no sidecar, so that nobody asks those who call there who they are.`
        : `spec.mesh.enabled is false, and ${count} ${have(
            other,
          )} a sidecar, which takes no calls from outside the mesh.`,
      ...[...causes].map(([cause, names]) => `${podNames(names)}: ${cause}`),
      `Then ${restart(
        appNetwork,
        workloads,
      )}; until all are alike, the gateway calls each pod as it is.`,
    ].join(' '),
  };
}

function have(pods: readonly unknown[]): string {
  return pods.length === 1 ? 'has' : 'have';
}

function podNames(names: readonly string[]): string {
  const shown = [...names].sort().slice(0, 3);
  const more = names.length - shown.length;
  return `${names.length === 1 ? 'Pod' : 'Pods'} ${shown.join(', ')}${
    more > 0 ? ` and ${more} more` : ''
  }`;
}

/** What keeps Istio from giving a pod its sidecar, and what to do. */
function whyWithout(
  { metadata, spec }: SelectedPod,
  { metadata: { namespace } }: AppNetwork,
  labels: Record<string, string>,
): string {
  const wish = injectionWish(metadata);
  if (spec?.hostNetwork) {
    return 'it is on the network of its node (hostNetwork), where Istio gives none. Take hostNetwork away, or set spec.mesh.enabled to false.';
  }
  if (wish === 'false') {
    return `its ${INJECT_LABEL} says false. Take that out of the pod template.`;
  }
  if (labels[NAMESPACE_LABEL] === 'disabled') {
    return `namespace ${namespace} has the label ${NAMESPACE_LABEL}: disabled. Set it to enabled.`;
  }
  const isAsked =
    wish === 'true' ||
    metadata.labels?.[REVISION_LABEL] !== undefined ||
    labels[NAMESPACE_LABEL] === 'enabled' ||
    labels[REVISION_LABEL] !== undefined;
  return isAsked
    ? 'it is older than the label that asks for one, or Istio could not be asked when it started.'
    : `namespace ${namespace} does not ask for sidecars. Label it: kubectl label namespace ${namespace} ${NAMESPACE_LABEL}=enabled.`;
}

/** What makes Istio give a pod a sidecar, and what to do. */
function whyWith(
  { metadata }: SelectedPod,
  { metadata: { namespace } }: AppNetwork,
  labels: Record<string, string>,
): string {
  if (
    injectionWish(metadata) === 'true' ||
    metadata.labels?.[REVISION_LABEL] !== undefined
  ) {
    return `its own labels ask for one (${INJECT_LABEL}, ${REVISION_LABEL}). Take them out of the pod template.`;
  }
  return labels[NAMESPACE_LABEL] === 'enabled' ||
    labels[REVISION_LABEL] !== undefined
    ? `namespace ${namespace} asks for sidecars. Label the pod template ${INJECT_LABEL}: "false".`
    : 'it is older than the change that has it start without one.';
}

/** What a pod says itself: by its label, or the annotation of old. */
function injectionWish({
  labels,
  annotations,
}: SelectedPod['metadata']): string | undefined {
  return labels?.[INJECT_LABEL] ?? annotations?.[INJECT_LABEL];
}

function restart(
  { metadata: { namespace } }: AppNetwork,
  workloads: readonly Workload[],
): string {
  const names = workloads
    .map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`)
    .sort();
  return names.length > 0
    ? `start them anew: kubectl rollout restart ${names.join(
        ' ',
      )} --namespace ${namespace}`
    : 'delete them and make them anew';
}
