import type { BuildOptions, BuildProgress, PartName } from './types.ts';

const BEAT = 1000;

/** What is known of a part before it begins. */
export interface PlannedPart {
  name: PartName;
  title: string;
  index: number;
  total: number;
  expectedSeconds: number;
  expectedIsMeasured: boolean;
}

/** Reports one part from its begin to its end. */
export interface PartReport {
  step(step: string | undefined): void;
  cached(): void;
  done(): number;
  failed(): void;
}

/** Begin a part. Nothing is reported before it is known whether there is something to do: call `step` for that. */
export function startPart(
  { name, ...planned }: PlannedPart,
  report: BuildOptions['report'],
  now: () => number = Date.now,
): PartReport {
  const start = now();
  let step: string | undefined;
  let beat: NodeJS.Timeout | undefined;
  const elapsedSeconds = () => (now() - start) / 1000;
  const tell = (state: BuildProgress['state'], seconds = elapsedSeconds()) =>
    report({
      part: name,
      ...planned,
      state,
      elapsedSeconds: seconds,
      ...(step === undefined ? {} : { step }),
    });
  const end = (state: BuildProgress['state'], seconds?: number) => {
    clearInterval(beat);
    step = undefined;
    tell(state, seconds);
  };
  return {
    step(next) {
      step = next;
      tell('building');
      beat ??= setInterval(() => tell('building'), BEAT).unref();
    },
    cached: () => end('cached', 0),
    done() {
      const seconds = elapsedSeconds();
      end('done', seconds);
      return seconds;
    },
    failed: () => end('failed'),
  };
}
