import { durationToMilliseconds, type HumanDuration } from '@backstage/types';
import type { z as zod } from 'zod/v3';

type Zod = typeof zod;

/** Which cluster; left out where there is only one. */
export const clusterInput = (z: Zod) =>
  z
    .string()
    .describe(
      'Name of a cluster in appNetwork.clusters; may be left out where there is only one',
    )
    .optional();

export const namespaceInput = (description: string) => (z: Zod) =>
  z.string().min(1).describe(description);

/** How long to wait, as Backstage writes durations elsewhere: `{ minutes: 5 }`. */
export const timeoutInput = (what: string) => (z: Zod) =>
  z
    .object({
      hours: z.number().nonnegative().optional(),
      minutes: z.number().nonnegative().optional(),
      seconds: z.number().nonnegative().optional(),
    })
    .strict()
    .describe(
      `How long to wait for ${what}, such as { minutes: 5 }, which is the default`,
    )
    .optional();

/** The time that an action has, and the signal of its end. */
export function deadline(timeout: HumanDuration = { minutes: 5 }): {
  ms: number;
  signal: AbortSignal;
} {
  const ms = durationToMilliseconds(timeout);
  return { ms, signal: AbortSignal.timeout(ms) };
}

/** A duration for people: `5 minutes`, `90 seconds`. */
export function humanDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds > 0 && seconds % 60 === 0
    ? plural(seconds / 60, 'minute')
    : plural(seconds, 'second');
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
