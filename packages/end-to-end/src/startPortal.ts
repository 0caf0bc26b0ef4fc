import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureChromium } from '@internal/local-cluster/src/build/system.ts';
import { CLUSTER_NAME, PORTAL_PORT } from './portal.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** What `npm start` prints last, when everything is ready. */
const READY = 'Ctrl-C ends all of it.';

/**
 * Starts cluster, platform and portal as a newcomer does, and returns how to end them. The whole of what `npm start` prints is shown, so that
 * a failure can be read from it.
 */
export default async function startPortal(): Promise<() => Promise<void>> {
  process.env.CHROMIUM = await ensureChromium({
    install: true,
    notice: line => process.stderr.write(`${line}\n`),
  });
  const started = Date.now();
  const child = spawn(
    'npm',
    ['start', '--', '--name', CLUSTER_NAME, '--port', String(PORTAL_PORT)],
    // A process group of its own, so that the end reaches all of it, as Ctrl-C in a terminal does.
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  const { pid } = child;
  if (pid === undefined) {
    throw new Error('npm start could not be started');
  }
  const ended = new Promise<number>(resolve =>
    child.on('close', code => resolve(code ?? 128)),
  );
  const end = async () => {
    process.kill(-pid, 'SIGINT');
    const code = await ended;
    if (code !== 0) {
      throw new Error(`npm start ended with code ${code} after Ctrl-C`);
    }
  };

  let printed = '';
  const ready = new Promise<void>(resolve => {
    child.stdout.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      printed += chunk.toString();
      if (printed.includes(READY)) {
        resolve();
      }
    });
  });
  const stoppedEarly = ended.then(code => {
    throw new Error(`npm start ended with code ${code} before it was ready`);
  });
  stoppedEarly.catch(() => undefined);
  const interrupted = () => process.kill(-pid, 'SIGINT');
  process.once('exit', interrupted);
  await Promise.race([ready, stoppedEarly]);
  process.off('exit', interrupted);
  process.stdout.write(
    `Ready in ${Math.round((Date.now() - started) / 1000)} s\n`,
  );
  return end;
}
