import { DURATION_UNITS, milliseconds } from '../application/render/duration';

/**
 * Milliseconds as a duration of Gateway API (GEP-2257) with each unit once, such as 1h30m. Undefined past 99999 hours, which it can't say.
 */
export function toDuration(life: number): string | undefined {
  let rest = Math.round(life);
  const parts = DURATION_UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  const hours = Math.floor(life / 3_600_000);
  return hours > 99_999 ? undefined : parts.join('') || '0s';
}

/** A duration as Go writes it as one of Gateway API; undefined where it can't be. */
export function fromGoDuration(text: string): string | undefined {
  const found = milliseconds(text);
  return found === undefined ? undefined : toDuration(found);
}
