import type {
  ComponentDrift,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { describe, kindKey, objectRef } from '../../engine/objects';
import type { Informer } from '../../engine/types';
import { findDrift } from './findDrift';

/**
 * What somebody has changed or deleted of what a release brought.
 *
 * @param manifest - objects of the release, as Helm keeps its manifest
 * @param informers - by kind, as {@link kindKey} writes it; a kind without one, or with one that isn't filled, is not looked at
 */
export function driftOf(
  manifest: readonly KubernetesObject[],
  informers: ReadonlyMap<string, Informer>,
): ComponentDrift[] {
  return manifest.flatMap(object => {
    const informer = informers.get(kindKey(object));
    if (!informer?.hasSynced) {
      return [];
    }
    const { namespace, name } = object.metadata;
    const live = informer.get(namespace, name);
    const ref = objectRef(object);
    if (!live) {
      return [{ ref, message: `${describe(ref)} is missing.` }];
    }
    const difference = findDrift(object, live);
    return difference
      ? [
          {
            ref,
            field: difference.field,
            message: `${describe(ref)}: ${difference.field} is ${shown(
              difference.found,
            )}, and was made as ${shown(difference.wanted)}.`,
          },
        ]
      : [];
  });
}

/** A value in a message; what is long is not shown whole. */
function shown(value: unknown): string {
  if (value === undefined) {
    return 'absent';
  }
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
