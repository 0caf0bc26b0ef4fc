/** Units of durations and what they are in milliseconds, the largest first. */
export const DURATION_UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

const SIZES = new Map<string, number>(DURATION_UNITS);

/** Milliseconds of a duration as Go writes it, such as 1.5s or 1h30m; undefined where it is none. */
export function milliseconds(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    return undefined;
  }
  return parts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (SIZES.get(unit) ?? 0),
    0,
  );
}

/**
 * A duration as Gateway API writes it (GEP-2257, such as 1h30m; the schema takes no other), in seconds as protobuf's JSON has it (such as
 * 5400s), which is what Istio's fields are made of.
 */
export function durationInSeconds(duration: string): string {
  return `${(milliseconds(duration) ?? 0) / 1_000}s`;
}
