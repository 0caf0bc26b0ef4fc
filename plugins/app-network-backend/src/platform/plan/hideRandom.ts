import { isDeepStrictEqual } from 'node:util';
import type { ManifestDocument } from '../manifest';

/** Stands in a plan for what a chart makes anew each time it is rendered, such as a password or a certificate. */
export const RANDOM_VALUE = '(made anew at each installation)';

/** One of two renderings of the same chart, with what is not the same in both replaced by {@link RANDOM_VALUE}. */
export function hideRandom(
  one: ManifestDocument[],
  other: ManifestDocument[],
): ManifestDocument[] {
  return one.map((document, index) => ({
    ...document,
    object: hide(
      document.object,
      other[index]?.object,
    ) as ManifestDocument['object'],
  }));
}

function hide(one: unknown, other: unknown): unknown {
  if (isDeepStrictEqual(one, other)) {
    return one;
  }
  if (
    typeof one !== 'object' ||
    typeof other !== 'object' ||
    one === null ||
    other === null ||
    Array.isArray(one) !== Array.isArray(other)
  ) {
    return RANDOM_VALUE;
  }
  if (Array.isArray(one)) {
    return one.map((item, index) => hide(item, (other as unknown[])[index]));
  }
  return Object.fromEntries(
    Object.entries(one).map(([field, value]) => [
      field,
      hide(value, (other as Record<string, unknown>)[field]),
    ]),
  );
}
