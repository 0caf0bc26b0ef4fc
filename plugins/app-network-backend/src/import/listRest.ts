import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import type { ImportContext } from './types';

/**
 * Lists the fields of a part of an object that nothing is made of, those that nobody here has heard of included.
 *
 * @param path - where the part stands
 * @param read - fields that something is made of
 * @param reasons - why, for fields that are known
 */
export function listRest(
  context: ImportContext,
  object: KubernetesObject,
  path: string,
  part: object | undefined,
  read: readonly string[],
  reasons: Record<string, string> = {},
): void {
  for (const [name, value] of Object.entries(part ?? {})) {
    if (!read.includes(name) && value !== undefined && value !== null) {
      context.note(
        object,
        `${path}.${name}`,
        value,
        reasons[name] ?? 'An AppNetwork has nothing like it.',
      );
    }
  }
}
