/**
 * Runs the suites named as arguments, or all of them: `checks`, `unit`, `cluster`, `e2e`. What stands after `--` goes to the suite's test
 * runners, for example `npm run test:cluster -- -- leases`. A step that fails does not hide the others. The last line counts all tests.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  command,
  jestTests,
  nodeTests,
  playwrightTests,
  type Counts,
  type Step,
} from './test/steps.ts';

const suites: Record<string, Step[]> = {
  checks: [
    command('types', 'npm', ['run', '--silent', 'tsc']),
    command('lint', 'npm', ['run', '--silent', 'lint']),
    command('formatting', 'npm', ['run', '--silent', 'prettier:check']),
    command('API reports', 'npm', [
      'run',
      '--silent',
      'api-reports',
      '--',
      '--ci',
    ]),
  ],
  unit: [
    jestTests('packages and plugins', 'backstage-cli', [
      'repo',
      'test',
      '--watch=false',
    ]),
    nodeTests('local cluster', 'packages/local-cluster', 'unit'),
  ],
  cluster: [
    jestTests('plugins on a real API server', 'jest', [
      '--config',
      'jest.cluster.config.js',
    ]),
    nodeTests('local cluster', 'packages/local-cluster', 'cluster'),
    // The plugins' tests bring it up and share it.
    command('the shared cluster is taken down', 'npm', [
      ...['run', '--silent', 'cluster', '--', 'down', '--name', 'test'],
    ]),
  ],
  e2e: [playwrightTests('portal in a browser', 'packages/end-to-end')],
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const separator = args.indexOf('--');
  const names = separator < 0 ? args : args.slice(0, separator);
  const forwarded = separator < 0 ? [] : args.slice(separator + 1);
  const unknown = names.find(name => !(name in suites));
  if (unknown !== undefined) {
    process.stderr.write(
      `There is no suite "${unknown}". Suites: ${Object.keys(suites).join(
        ', ',
      )}.\n`,
    );
    return 2;
  }

  const chosen = names.length > 0 ? names : Object.keys(suites);
  const reports = mkdtempSync(path.join(tmpdir(), 'app-network-tests-'));
  const lines: string[] = [];
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const suite of chosen) {
      for (const [index, step] of (suites[suite] ?? []).entries()) {
        const title = `${suite}: ${step.name}`;
        process.stdout.write(`\n━━ ${title}\n`);
        const started = Date.now();
        const counts = await step.run({
          reportFile: path.join(reports, `${suite}-${index}`),
          forwarded,
        });
        const seconds = Math.round((Date.now() - started) / 1000);
        lines.push(`${title}: ${summary(counts)} (${seconds} s)`);
        total.passed += counts.passed;
        total.failed += counts.failed;
        total.skipped += counts.skipped;
      }
    }
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }

  process.stdout.write(`\n${lines.join('\n')}\n\n${summary(total)}\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

function summary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${
    skipped > 0 ? `, ${skipped} skipped` : ''
  }`;
}
