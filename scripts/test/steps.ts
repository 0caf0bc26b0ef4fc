import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export interface Step {
  name: string;
  run(options: {
    /** Where the runner may write its results; nothing is there yet. */
    reportFile: string;
    /** Arguments for the test runner. */
    forwarded: string[];
  }): Promise<Counts>;
}

/** A command that counts as one test, passed when it exits with 0. */
export function command(name: string, program: string, args: string[]): Step {
  return {
    name,
    async run() {
      const code = await runLive(program, args);
      return code === 0
        ? { passed: 1, failed: 0, skipped: 0 }
        : { passed: 0, failed: 1, skipped: 0 };
    },
  };
}

/** Tests that Jest runs. */
export function jestTests(name: string, program: string, args: string[]): Step {
  return {
    name,
    async run({ reportFile, forwarded }) {
      const code = await runLive(program, [
        ...args,
        '--json',
        `--outputFile=${reportFile}`,
        ...(forwarded.length > 0 ? ['--passWithNoTests', ...forwarded] : []),
      ]);
      const report = readReport<{
        numPassedTests: number;
        numFailedTests: number;
        numPendingTests: number;
        numTodoTests: number;
        numRuntimeErrorTestSuites: number;
      }>(reportFile);
      return honest(
        name,
        code,
        {
          passed: report?.numPassedTests ?? 0,
          failed:
            (report?.numFailedTests ?? 0) +
            (report?.numRuntimeErrorTestSuites ?? 0),
          skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
        },
        forwarded,
      );
    },
  };
}

/** Tests that Node.js runs itself; those in `*.cluster.test.ts` files are of the kind `cluster`, the others `unit`. */
export function nodeTests(
  name: string,
  folder: string,
  kind: 'unit' | 'cluster',
): Step {
  return {
    name,
    async run({ reportFile, forwarded }) {
      const options = forwarded.filter(argument => argument.startsWith('-'));
      const patterns = forwarded.filter(
        argument => !options.includes(argument),
      );
      const files = globSync('src/**/*.test.ts', { cwd: folder }).filter(
        file =>
          file.endsWith('.cluster.test.ts') === (kind === 'cluster') &&
          patterns.every(pattern => new RegExp(pattern).test(file)),
      );
      // Without a file Node.js would look for tests by itself.
      if (files.length === 0) {
        return honest(name, 0, { passed: 0, failed: 0, skipped: 0 }, forwarded);
      }
      const code = await runLive(
        process.execPath,
        [
          '--test',
          // Cluster tests share the machine's network: one file after the other.
          ...(kind === 'cluster' ? ['--test-concurrency=1'] : []),
          '--test-reporter=spec',
          '--test-reporter-destination=stdout',
          '--test-reporter=tap',
          `--test-reporter-destination=${reportFile}`,
          ...options,
          ...files,
        ],
        folder,
      );
      const tap = existsSync(reportFile)
        ? readFileSync(reportFile, 'utf8')
        : '';
      const count = (of: string) =>
        Number(new RegExp(`^# ${of} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
      return honest(
        name,
        code,
        {
          passed: count('pass'),
          failed: count('fail') + count('cancelled'),
          skipped: count('skipped') + count('todo'),
        },
        forwarded,
      );
    },
  };
}

/** Tests that Playwright runs. One that passed only when it was tried again counts as failed. */
export function playwrightTests(name: string, folder: string): Step {
  return {
    name,
    async run({ reportFile, forwarded }) {
      const code = await runLive(
        'playwright',
        ['test', '--reporter=list,json', ...forwarded],
        folder,
        { PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile },
      );
      const stats = readReport<{
        stats: {
          expected: number;
          unexpected: number;
          flaky: number;
          skipped: number;
        };
      }>(reportFile)?.stats;
      return honest(
        name,
        code,
        {
          passed: stats?.expected ?? 0,
          failed: (stats?.unexpected ?? 0) + (stats?.flaky ?? 0),
          skipped: stats?.skipped ?? 0,
        },
        forwarded,
      );
    },
  };
}

/** A runner that fails without a failed test, or that finds nothing to run though everything was asked for, is a failure of its own. */
function honest(
  name: string,
  code: number,
  counts: Counts,
  forwarded: string[],
): Counts {
  if (counts.failed === 0 && code !== 0) {
    process.stderr.write(`${name}: the test runner exited with ${code}.\n`);
    return { ...counts, failed: 1 };
  }
  if (counts.passed + counts.failed === 0 && forwarded.length === 0) {
    process.stderr.write(`${name}: no test ran.\n`);
    return { ...counts, failed: 1 };
  }
  return counts;
}

function readReport<T>(file: string): T | undefined {
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as T)
    : undefined;
}

/** Runs a program with its output shown as it comes. Returns its exit code; 128 and more when a signal ended it. */
function runLive(
  program: string,
  args: string[],
  cwd = '.',
  env: Record<string, string> = {},
): Promise<number> {
  const bin = path.resolve('node_modules/.bin');
  return new Promise(resolve => {
    const child = spawn(program, args, {
      cwd,
      stdio: 'inherit',
      env: {
        ...process.env,
        PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
        ...env,
      },
    });
    child.on('error', error => {
      process.stderr.write(`${program} did not start: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', code => resolve(code ?? 128));
  });
}
