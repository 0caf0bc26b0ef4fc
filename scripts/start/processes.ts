import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** The repository's root. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** A program that runs in a process group of its own, so that a Ctrl-C at the terminal is for us to pass on. */
export interface Running {
  /** Resolves with the exit code when it has ended; 128 when a signal ended it. Rejects when it can't be started. */
  readonly ended: Promise<number>;
  /** Asks the whole group to end, and ends it by force when it takes longer than 20 s. */
  end(): Promise<void>;
}

/** Starts a program with its output in a file. */
export function startLogged(
  program: string,
  args: string[],
  options: {
    logFile: string;
    cwd?: string;
    env?: NodeJS.ProcessEnv;
  },
): Running {
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    return running(
      spawn(program, args, {
        ...spawnOptions(options),
        stdio: ['ignore', log, log],
      }),
    );
  } finally {
    closeSync(log);
  }
}

/** Starts a program and hands over each line that it prints. */
export function startWatched(
  program: string,
  args: string[],
  options: {
    onLine?: (line: string) => void;
    onErrorLine?: (line: string) => void;
  },
): Running {
  const child = spawn(program, args, {
    ...spawnOptions({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ignore = () => undefined;
  createInterface({ input: child.stdout }).on('line', options.onLine ?? ignore);
  createInterface({ input: child.stderr }).on(
    'line',
    options.onErrorLine ?? ignore,
  );
  return running(child);
}

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws with what it wrote to standard error
 */
export async function output(
  program: string,
  args: string[],
  signal: AbortSignal,
): Promise<string> {
  const child = spawn(program, args, {
    ...spawnOptions({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks = { stdout: '', stderr: '' };
  child.stdout.on('data', chunk => (chunks.stdout += chunk));
  child.stderr.on('data', chunk => (chunks.stderr += chunk));
  const process = running(child);
  const abort = () => void process.end();
  signal.addEventListener('abort', abort);
  try {
    const code = await process.ended;
    signal.throwIfAborted();
    if (code !== 0) {
      throw new Error(chunks.stderr.trim() || `${program} exited with ${code}`);
    }
    return chunks.stdout;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function spawnOptions({ cwd, env }: { cwd?: string; env?: NodeJS.ProcessEnv }) {
  const inherited = env ?? process.env;
  return {
    cwd: cwd ?? ROOT,
    detached: true,
    env: {
      ...inherited,
      PATH: [path.join(ROOT, 'node_modules/.bin'), inherited.PATH ?? ''].join(
        path.delimiter,
      ),
    },
  };
}

const GRACE_MS = 20_000;

function running(child: ChildProcess): Running {
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve(code ?? 128));
  });
  // Whoever waits is told; that nobody waits is no crash.
  ended.catch(() => undefined);
  return {
    ended,
    async end() {
      const { pid } = child;
      if (pid === undefined || !signalGroup(pid, 'SIGTERM')) {
        return;
      }
      const deadline = Date.now() + GRACE_MS;
      while (signalGroup(pid, 0)) {
        if (Date.now() > deadline) {
          signalGroup(pid, 'SIGKILL');
        }
        await delay(100);
      }
    },
  };
}

/** False when no process of the group is left. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') {
      return false;
    }
    throw error;
  }
}
