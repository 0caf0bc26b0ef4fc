const MILLISECONDS: Record<string, number> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

/**
 * A duration as Gateway API writes it (GEP-2257, such as 1h30m), in seconds as protobuf's JSON has it (such as 5400s), which is what Istio's
 * fields are made of.
 */
export function durationInSeconds(duration: string): string {
  const milliseconds = [...duration.matchAll(/(\d+)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit = '']) =>
      sum + Number(count) * (MILLISECONDS[unit] ?? 0),
    0,
  );
  return `${milliseconds / 1_000}s`;
}
