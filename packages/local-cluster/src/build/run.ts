import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { BuildError } from './types.ts';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  /** File that takes what the command prints; appended to. */
  log?: string;
}

const LAST_LINES = 15;

/** Run a command to its end and return what it wrote to standard output. Fails with its last lines. */
export async function run(
  command: string,
  args: string[],
  options: RunOptions = {},
): Promise<string> {
  const log =
    options.log === undefined ? undefined : await open(options.log, 'a');
  try {
    await log?.write(`$ ${[command, ...args].join(' ')}\n`);
    return await new Promise<string>((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: options.cwd,
        env: options.env ?? process.env,
        signal: options.signal,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      let printed = '';
      let logged: Promise<unknown> = Promise.resolve();
      const onPrinted = (text: string) => {
        printed = (printed + text).slice(-64 * 1024);
        if (log) {
          logged = logged.then(() => log.write(text));
        }
      };
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        onPrinted(text);
      });
      child.stderr.setEncoding('utf8').on('data', onPrinted);
      child.on('error', reject);
      child.on('close', (code, signal) => {
        logged.then(() => {
          if (code === 0) {
            resolve(output);
            return;
          }
          const how = signal ? `was ended by ${signal}` : `exited with ${code}`;
          reject(
            new BuildError(
              [
                `\`${[command, ...args].join(' ')}\` ${how}:`,
                ...lastLines(printed),
                ...(options.log ? [`The whole log: ${options.log}`] : []),
              ].join('\n'),
            ),
          );
        }, reject);
      });
    });
  } finally {
    await log?.close();
  }
}

function lastLines(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .slice(-LAST_LINES)
    .map(line => `  ${line}`);
}
