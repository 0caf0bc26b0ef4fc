const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/**
 * Milliseconds as a duration of Gateway API (GEP-2257) with each unit once, such as 1h30m. Undefined past 99999 hours, which it can't say.
 */
export function toDuration(life: number): string | undefined {
  let rest = Math.round(life);
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  const hours = Math.floor(life / 3_600_000);
  return hours > 99_999 ? undefined : parts.join('') || '0s';
}

/** Milliseconds of a duration as Go writes it, such as 1.5s or 1h30m; undefined where it is none. */
export function milliseconds(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    return undefined;
  }
  const sizes = new Map<string, number>(UNITS);
  return parts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (sizes.get(unit) ?? 0),
    0,
  );
}

/** A duration as Go writes it as one of Gateway API; undefined where it can't be. */
export function fromGoDuration(text: string): string | undefined {
  const found = milliseconds(text);
  return found === undefined ? undefined : toDuration(found);
}
