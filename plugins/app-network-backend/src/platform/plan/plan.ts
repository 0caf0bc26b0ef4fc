import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type {
  KubernetesObject,
  PlannedChart,
  PlannedObject,
  PlannedRelease,
  PlatformPlan,
} from '@app-network/backstage-plugin-app-network-common';
import { describe, objectRef } from '../../engine/objects';
import { chartAddress, withApprovedCharts } from '../charts/approvedCharts';
import type { ExistingComponent } from '../existing/existing';
import { canonicalJson } from '../helm';
import { ownChanges } from './ownChanges';
import { releaseChanges } from './releaseChanges';
import {
  toYaml,
  unifiedDiff,
  withoutLife,
  withoutSecrets,
} from './shownObject';
import type { PlanInput, ReleaseInput } from './types';

/** What becomes of one object. */
export interface ObjectChange {
  /** As it is; undefined where it is made. */
  before: KubernetesObject | undefined;
  /** As it would be; undefined where it is deleted. */
  after: KubernetesObject | undefined;
  release?: string;
  note?: string;
}

/** What becomes of the objects of one part of the platform. */
export interface PartChanges {
  changes: ObjectChange[];
  kept: PlatformPlan['kept'];
  problems: PlatformPlan['problems'];
}

/** What a change of a platform would do. Pure: the same input is the same plan, with the same id. */
export function makePlan(input: PlanInput): PlatformPlan {
  const parts = [
    ...input.releases.map(release =>
      releaseChanges(release, input.deletesDefinitions),
    ),
    ownChanges(input.own),
  ];
  const changes = [
    platformChange(input),
    ...parts.flatMap(part => part.changes),
  ]
    .filter(isFirst)
    .flatMap(withoutNoise);
  const releases = input.releases.flatMap(plannedRelease);
  const problems = [
    ...input.problems,
    ...input.releases.flatMap(problemOfRelease),
    ...parts.flatMap(part => part.problems),
  ];
  const kept = parts.flatMap(part => part.kept);
  const charts = plannedCharts(input);
  const { action } = input;
  return {
    // Of the changes themselves, for two Secrets may look the same once they are hidden.
    id: digest([
      action,
      problems,
      releases,
      changes,
      kept,
      input.releases.map(({ rendered }) => rendered?.chartDigest),
    ]),
    action,
    problems,
    releases,
    charts,
    objects: changes.map(plannedObject),
    kept,
  };
}

/** A namespace that two releases need is made once. */
function isFirst(
  { before, after }: ObjectChange,
  index: number,
  all: ObjectChange[],
): boolean {
  return (
    before !== undefined ||
    after?.kind !== 'Namespace' ||
    all.findIndex(
      other =>
        other.after?.kind === 'Namespace' &&
        other.after.metadata.name === after.metadata.name,
    ) === index
  );
}

function platformChange(input: PlanInput): ObjectChange {
  const { live, desired } = input.platform;
  return {
    before: live,
    after: desired && withApprovedCharts(desired, plannedCharts(input)),
  };
}

/** Charts of repositories, each as it was pulled for this plan, or else as it was approved before. */
function plannedCharts({ releases }: PlanInput): PlannedChart[] {
  const wanted = releases.filter(({ release }) => release.enabled);
  const digests = new Map(
    [
      ...wanted.map(({ release }) => [chartAddress(release), release.approved]),
      ...wanted.map(({ release, rendered }) => [
        chartAddress(release),
        rendered?.chartDigest,
      ]),
    ].filter((entry): entry is [string, string] => entry.every(Boolean)),
  );
  return [...digests].map(([address, sha]) => ({ address, digest: sha }));
}

/** Compares what a person would write; nothing is left of a change that changes none of that. */
function withoutNoise(change: ObjectChange): ObjectChange[] {
  const [before, after] = [change.before, change.after].map(
    object => object && withoutLife(object),
  );
  return isDeepStrictEqual(before, after) ? [] : [{ ...change, before, after }];
}

function plannedObject(change: ObjectChange): PlannedObject {
  const { release, note } = change;
  const object = change.after ?? change.before;
  if (!object) {
    throw new Error('A change has neither a before nor an after');
  }
  const [before, after] = withoutSecrets(change.before, change.after).map(
    shown => shown && toYaml(shown),
  );
  return {
    ref: objectRef(object),
    action: actionOf(change),
    ...(release ? { release } : {}),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(before !== undefined && after !== undefined
      ? { diff: unifiedDiff(before, after) }
      : {}),
    ...(note ? { note } : {}),
  };
}

function actionOf({ before, after }: ObjectChange): PlannedObject['action'] {
  if (!before) {
    return 'Create';
  }
  return after ? 'Change' : 'Delete';
}

function plannedRelease(input: ReleaseInput): PlannedRelease[] {
  const { release, installed, step } = input;
  const isThere = installed && installed.status !== 'uninstalled';
  if (release.existing) {
    return [usedRelease(release, release.existing)];
  }
  if (!release.enabled && step.action === 'none') {
    return [];
  }
  return [
    {
      release: release.release,
      namespace: release.namespace,
      component: release.component,
      chart: release.chart,
      ...(release.enabled && release.version
        ? { version: release.version }
        : {}),
      ...(isThere && installed.version
        ? { installedVersion: installed.version }
        : {}),
      ...outcome(input, Boolean(isThere)),
    },
  ];
}

/** What was there already stands in the plan, so that nobody wonders why it is not installed. */
function usedRelease(
  { release, component, chart }: ReleaseInput['release'],
  { namespace, name, version }: ExistingComponent,
): PlannedRelease {
  return {
    release,
    namespace,
    component,
    chart,
    ...(version ? { installedVersion: version } : {}),
    action: 'Use',
    message: `Deployment ${namespace}/${name} was there already: it is used, and never upgraded, changed or removed.`,
  };
}

function outcome(
  { step, problem }: ReleaseInput,
  isThere: boolean,
): Pick<PlannedRelease, 'action' | 'message'> {
  switch (step.action) {
    case 'none':
      return { action: 'None', message: '' };
    case 'uninstall':
      return { action: 'Remove', message: '' };
    case 'refuse':
      return { action: 'Refuse', message: step.message };
    default:
      return problem
        ? { action: 'Refuse', message: problem }
        : { action: isThere ? 'Upgrade' : 'Install', message: '' };
  }
}

function problemOfRelease({
  release,
  step,
  problem,
}: ReleaseInput): PlatformPlan['problems'] {
  const message = step.action === 'refuse' ? step.message : problem;
  return message === undefined
    ? []
    : [
        {
          severity: 'Error',
          subject: `Helm release ${release.release}`,
          message,
        },
      ];
}

/** How an object is named in a problem. */
export function subjectOf(object: KubernetesObject): string {
  return describe(objectRef(object));
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
