import {
  MANAGED_BY,
  NETWORK_PLATFORM_NAME,
  OWNER_LABEL,
  ownerLabelValue,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { findDifference } from '../../engine/difference';
import { appliedFields } from '../../engine/managedFields';
import { objectRef, refKey } from '../../engine/objects';
import { withOwner } from '../../engine/reconcileOwned';
import { merge } from './merge';
import { subjectOf, type ObjectChange, type PartChanges } from './plan';
import type { PlanInput } from './types';

const OWNER = ownerLabelValue({ name: NETWORK_PLATFORM_NAME });

/** What becomes of the platform's own objects: as the reconciler would apply and prune them. */
export function ownChanges({ desired, live }: PlanInput['own']): PartChanges {
  const wanted = desired.map(object => withOwner(object, OWNER));
  const keys = new Set(wanted.map(key));
  const problems: PartChanges['problems'] = [];
  const changes: ObjectChange[] = [];
  for (const object of wanted) {
    const before = live.find(other => key(other) === key(object));
    if (before && !isOurs(before)) {
      problems.push({
        severity: 'Error',
        subject: subjectOf(before),
        message:
          'It is there already and somebody else’s, so it is left alone. Remove or rename it.',
      });
    } else if (!before || findDifference(object, before) !== undefined) {
      changes.push({
        before,
        after: before
          ? (merge(
              before,
              appliedFields(before, MANAGED_BY),
              object,
            ) as KubernetesObject)
          : object,
      });
    }
  }
  return {
    changes: [
      ...changes,
      ...live
        .filter(object => isOurs(object) && !keys.has(key(object)))
        .map(before => ({ before, after: undefined })),
    ],
    kept: [],
    problems,
  };
}

function isOurs({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[OWNER_LABEL] === OWNER;
}

function key(object: KubernetesObject): string {
  return refKey(objectRef(object));
}
