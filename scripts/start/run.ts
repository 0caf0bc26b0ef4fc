import type { ClusterEntry } from './configuration.ts';
import type { Progress } from './progress.ts';

/** Which clusters the portal is for: one that is started here, or others that the user named. */
export type Target =
  | { kind: 'local'; entries: ClusterEntry[] }
  | { kind: 'named'; names: string[]; entries: ClusterEntry[] | undefined };

/** One `npm start`. */
export interface Run {
  /** Name of the local cluster. */
  name: string;
  port: number;
  /** Where the portal answers. */
  url: string;
  target: Target;
  progress: Progress;
  /** Aborted when all shall end. */
  stop: AbortController;
  /** For this run's configuration and logs. */
  directory: string;
  /** What has to be done at the end. */
  endings: (() => Promise<void>)[];
  /** Whether something broke that the user did not end. */
  failed: boolean;
  /** What to tell when everything is ready. */
  addresses: string[];
}

/** What an error says, in one or more lines. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether an error only says that all shall end. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
