import type { PartName } from './types.ts';
import type { RunOptions } from './run.ts';
import type { SystemTools } from './system.ts';

/** One thing that is built and cached by itself. */
export interface Part {
  name: PartName;
  title: string;
  /** What it takes the first time, in seconds: measured on 2 cores with nothing of it cached. */
  estimatedSeconds: number;
  /** Everything that decides about the result, besides the platform. */
  inputs: (context: PartContext) => Promise<string[]>;
  /** Fetch ahead, while another part is built. */
  download?: (options: RunOptions) => Promise<void>;
  /** Fill an empty directory. */
  build: (
    directory: string,
    context: PartContext & { run: RunOptions },
  ) => Promise<void>;
}

export interface PartContext {
  /** Digests of the parts before this one. */
  digests: Partial<Record<PartName, string>>;
  /** Directories of the parts before this one. */
  directories: Partial<Record<PartName, string>>;
  /** Set where a node is possible. */
  system?: SystemTools;
}

/** The directory of an earlier part. */
export function directoryOf(context: PartContext, name: PartName): string {
  const directory = context.directories[name];
  if (directory === undefined) {
    throw new Error(`part ${name} is needed before it is built`);
  }
  return directory;
}

/** The same of its digest. */
export function digestOfPart(context: PartContext, name: PartName): string {
  const digest = context.digests[name];
  if (digest === undefined) {
    throw new Error(`part ${name} is needed before it is built`);
  }
  return digest;
}
