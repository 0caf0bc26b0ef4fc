import type {
  ComponentDrift,
  ComponentStatus,
} from '@app-network/backstage-plugin-app-network-common';
import { describe } from '../engine/objects';
import type { HelmRelease } from './components/types';
import type { ExistingComponent } from './existing/existing';
import { failureMessage, stillServing } from './failureMessage';
import type { InstalledRelease } from './installedReleases';
import { leftOutBy, type Step } from './nextStep';
import type { Failure } from './retries';
import type { PodProblem, Rollout } from './workloads';

/** Everything that is known of one release. */
export interface ReleaseView {
  release: HelmRelease;
  /** {@link release} as a digest. */
  digest: string;
  installed: InstalledRelease | undefined;
  step: Step;
  /** Helm runs for it. */
  running: 'upgrade' | 'uninstall' | undefined;
  /** The last run for it failed. */
  failure: Failure | undefined;
  rollout: Rollout;
  podProblem: PodProblem | undefined;
  /** What somebody has changed or deleted of it. */
  drift: ComponentDrift[];
  /** Why that is not put right at once. */
  driftMessage: string;
  /** Whether it goes only because the platform is being deleted. */
  leaves: boolean;
}

/** Whether a release is there as it should be, its pods too. */
export function isReady(view: ReleaseView): boolean {
  const { existing } = view.release;
  return existing ? existing.ready : isDeployed(view) && view.rollout.ready;
}

/** Whether Helm is done with a release and its pods are not ready. */
export function isRollingOut(view: ReleaseView): boolean {
  return isDeployed(view) && !view.rollout.ready;
}

function isDeployed({ release, step, running }: ReleaseView): boolean {
  return (
    !release.existing && release.enabled && step.action === 'none' && !running
  );
}

/** How long pods may take to be ready before that is called a failure, in milliseconds. They may still become so. */
const READY_TIMEOUT_MS = 5 * 60_000;

/**
 * A release as the status shows it.
 *
 * @param previous - what the status said before: since when it has been as it is
 */
export function componentStatus(
  view: ReleaseView,
  previous: ComponentStatus | undefined,
  now: Date,
): ComponentStatus {
  const { release, installed } = view;
  const elapsedMs = (state: ComponentStatus['state']) =>
    previous?.state === state && previous.lastTransitionTime
      ? now.getTime() - Date.parse(previous.lastTransitionTime)
      : 0;
  const { state, message } = stateOf(view, previous, elapsedMs);
  const version = release.existing
    ? release.existing.version
    : (release.enabled && installed?.version) || release.version;
  return {
    name: release.component,
    release: release.release,
    namespace: release.namespace,
    chart: release.chart,
    ...(version ? { version } : {}),
    ...(release.existing
      ? { existing: true, serviceAccount: release.existing.serviceAccount }
      : {}),
    ...(view.drift.length > 0 ? { drift: view.drift.slice(0, MAX_DRIFT) } : {}),
    state,
    ...progressOf(view, state),
    message,
    lastTransitionTime:
      previous?.state === state && previous.lastTransitionTime
        ? previous.lastTransitionTime
        : now.toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

/**
 * Where a component is on its way. What Helm does can't be seen from outside, so that it counts as a fixed part; the rest is that of the
 * pods that are ready.
 */
function progressOf(
  { step, running, rollout }: ReleaseView,
  state: ComponentStatus['state'],
): Pick<ComponentStatus, 'step' | 'percent'> {
  if (!['Pending', 'Installing', 'Upgrading'].includes(state)) {
    return {};
  }
  if (step.action === 'wait') {
    return { step: 'Waiting', percent: 0 };
  }
  if (running || step.action === 'upgrade') {
    return { step: 'Applying', percent: 20 };
  }
  const { readyPods, desiredPods } = rollout;
  const ready = desiredPods > 0 ? readyPods / desiredPods : 0;
  return { step: 'Starting', percent: 40 + Math.floor(59 * ready) };
}

/** What Helm says when it has waited for an end that is still to come (helm.sh/helm/v4/pkg/kube/statuswait.go). */
const STILL_TERMINATING =
  /resource ([^/\s]+)\/([^/\s]*)\/(\S+) still exists\. status: Terminating/;

type State = Pick<ComponentStatus, 'state'> & { message: string };

function stateOf(
  view: ReleaseView,
  previous: ComponentStatus | undefined,
  elapsedMs: (state: ComponentStatus['state']) => number,
): State {
  const { release, step, running, failure } = view;
  if (release.existing) {
    return existingState(release.existing);
  }
  if (running === 'uninstall' || (step.action === 'uninstall' && !failure)) {
    return {
      state: 'Removing',
      message: `Removing, ${seconds(elapsedMs('Removing'))}.`,
    };
  }
  const terminating =
    failure && !release.enabled && STILL_TERMINATING.exec(failure.message);
  if (terminating && !running) {
    const [, kind, namespace, name] = terminating;
    return {
      state: 'Removing',
      message: `Waits for the end of ${describe({
        kind: kind ?? '',
        namespace,
        name: name ?? '',
      })}, which Kubernetes is terminating.`,
    };
  }
  if (failure && !running) {
    return {
      state: 'Failed',
      message: [
        failureMessage(release, failure.message),
        release.enabled && stillServing(view.installed, view.rollout),
        `Tried again at ${new Date(failure.retryAt).toISOString()}.`,
      ]
        .filter(Boolean)
        .join(' '),
    };
  }
  if (step.action === 'refuse') {
    return { state: 'Failed', message: step.message };
  }
  if (step.action === 'wait') {
    return {
      state: release.enabled ? 'Pending' : 'Removing',
      message: step.message,
    };
  }
  if (view.leaves) {
    return { state: 'Removing', message: 'Nothing of it is left.' };
  }
  if (!release.enabled) {
    return {
      state: 'Disabled',
      message: `Left out by ${leftOutBy(release)}.`,
    };
  }
  if (running || step.action === 'upgrade') {
    const state = progressState(view, previous);
    return { state, message: `${state}, ${seconds(elapsedMs(state))}.` };
  }
  return rolloutState(view, previous, elapsedMs);
}

function existingState(existing: ExistingComponent): State {
  const { namespace, name, version, ready } = existing;
  const what = `Deployment ${namespace}/${name}${
    version ? ` (version ${version})` : ''
  } was there already`;
  return ready
    ? { state: 'Existing', message: `${what}: it is used, and left alone.` }
    : {
        state: 'Failed',
        message: `${what} and has no pod that is available. App Network leaves it alone: bring it up, or delete it, and the platform installs its own.`,
      };
}

/** The state of a release that Helm is done with: that of its pods. */
function rolloutState(
  view: ReleaseView,
  previous: ComponentStatus | undefined,
  elapsedMs: (state: ComponentStatus['state']) => number,
): State {
  const { rollout, podProblem, drift } = view;
  if (rollout.ready && drift.length > 0) {
    return { state: 'Drifted', message: driftMessage(view) };
  }
  if (rollout.ready) {
    return { state: 'Ready', message: '' };
  }
  const state = progressState(view, previous);
  const problem = podProblem?.message || rollout.message;
  const pods = `${rollout.readyPods} of ${rollout.desiredPods} pods ready`;
  if (podProblem?.serious) {
    return {
      state: 'Failed',
      message: `${pods}. ${podProblem.message} ${formerPods(rollout)}`.trim(),
    };
  }
  const late = elapsedMs(state) > READY_TIMEOUT_MS;
  if (late || previous?.state === 'Failed') {
    const missing = rollout.missing
      .map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)
      .join(', ');
    return {
      state: 'Failed',
      message: [
        `${pods}.`,
        missing && `${missing} is missing.`,
        problem || 'See kubectl describe pod.',
        formerPods(rollout),
      ]
        .filter(Boolean)
        .join(' '),
    };
  }
  return {
    state,
    message: `${state}, ${pods}, ${seconds(
      elapsedMs(state),
    )}. ${problem}`.trim(),
  };
}

/** What keeps an upgrade that fails from being felt. */
function formerPods({ formerPods: count }: Rollout): string {
  return count > 0
    ? `Pods of the former version that go on serving: ${count}.`
    : '';
}

/** A status is read by people. */
const MAX_DRIFT = 20;

function driftMessage({ drift, driftMessage: why }: ReleaseView): string {
  const more =
    drift.length > 1 ? ` ${drift.length - 1} more are otherwise.` : '';
  return `${drift[0]?.message}${more} ${why}`;
}

/** Installing until it has been ready once; then Upgrading. */
function progressState(
  { installed }: ReleaseView,
  previous: ComponentStatus | undefined,
): 'Installing' | 'Upgrading' {
  if (previous?.state === 'Ready' || previous?.state === 'Upgrading') {
    return 'Upgrading';
  }
  const wasDeployed =
    installed && installed.revision > 1 && installed.status !== 'uninstalled';
  return wasDeployed && previous?.state !== 'Installing'
    ? 'Upgrading'
    : 'Installing';
}

/** In steps, so that time alone has a status written every few seconds and not at every look. */
function seconds(ms: number): string {
  return `${Math.floor(Math.max(0, ms) / STEP_MS) * (STEP_MS / 1000)} s`;
}

const STEP_MS = 5_000;
