import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureAppBuilt } from './appBuild.ts';
import { programsDirectory } from './cluster.ts';
import { writeStartConfig } from './configuration.ts';
import { ROOT, startLogged, type Running } from './processes.ts';
import { describe, isAbort, type Run } from './run.ts';

/**
 * Starts the portal and waits until it answers. When it breaks down later, everything is ended.
 *
 * @throws when it does not come up; the reason is in the progress too
 */
export async function startPortal(
  run: Run,
  configFiles: string[],
): Promise<void> {
  const { progress, stop, url } = run;
  const logFile = path.join(run.directory, 'backend.log');
  try {
    const backend = await bringUp(run, configFiles, logFile);
    progress.set('portal', 'ready', url);
    run.addresses.unshift(`Portal:        ${url}`);
    void backend.ended.then(async code => {
      if (!stop.signal.aborted) {
        run.failed = true;
        progress.set('portal', 'failed', `the backend ended with ${code}`);
        progress.note(await tail(logFile));
        stop.abort();
      }
    });
  } catch (error) {
    if (!isAbort(error)) {
      progress.set('portal', 'failed', describe(error));
    }
    throw error;
  }
}

async function bringUp(
  run: Run,
  configFiles: string[],
  logFile: string,
): Promise<Running> {
  const { progress, stop, url, port, directory } = run;
  progress.set('portal', 'running', 'starting');
  const startConfig = await writeStartConfig(directory, {
    url,
    port,
    clusters: run.target.entries,
  });
  await ensureAppBuilt(path.join(directory, 'build.log'), stop.signal, () =>
    progress.set('portal', 'running', 'building the frontend'),
  );
  progress.set('portal', 'running', 'starting the backend');
  const backend = startBackend({
    configFiles: [...configFiles, startConfig],
    logFile,
    env: {
      ...process.env,
      NODE_ENV: 'development',
      // The backend watches its configuration, and a cluster on the same machine uses up what the kernel allows of that.
      CHOKIDAR_USEPOLLING: 'true',
      CHOKIDAR_INTERVAL: '2000',
      PATH: [programsDirectory(directory), process.env.PATH].join(
        path.delimiter,
      ),
    },
  });
  run.endings.push(async () => {
    progress.set('portal', 'running', 'ending');
    await backend.end();
    progress.set('portal', 'idle', 'ended');
  });
  await portalReady(url, backend, logFile, stop.signal);
  return backend;
}

/** @throws when something else listens on the port */
export async function assertPortFree(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `port ${port} is taken by another program; end that one, or choose another port: npm start -- --port ${
                port + 10
              }`,
            )
          : error,
      ),
    );
    server.listen(port, () => server.close(() => resolve()));
  });
}

/** Starts the backend, which serves the built frontend too. Unlike `npm run start:portal` it does not watch its sources. */
function startBackend(options: {
  configFiles: string[];
  logFile: string;
  env: NodeJS.ProcessEnv;
}): Running {
  return startLogged(
    process.execPath,
    [
      '--enable-source-maps',
      // Compiles the workspace's TypeScript as it is loaded.
      ...['--require', '@backstage/cli/config/nodeTransform.cjs'],
      'src/index.ts',
      ...options.configFiles.flatMap(file => ['--config', file]),
    ],
    { ...options, cwd: path.join(ROOT, 'packages/backend') },
  );
}

/**
 * Waits until the portal answers.
 *
 * @throws when the backend ends before, with the last errors of its log
 */
async function portalReady(
  url: string,
  backend: Running,
  logFile: string,
  signal: AbortSignal,
): Promise<void> {
  let exited: number | undefined;
  void backend.ended.then(
    code => (exited = code),
    () => (exited = 127),
  );
  while (!(await answers(`${url}/.backstage/health/v1/readiness`, signal))) {
    signal.throwIfAborted();
    if (exited !== undefined) {
      throw new Error(
        `the backend ended with ${exited}; its log is ${logFile}\n${await tail(
          logFile,
        )}`,
      );
    }
    await delay(300, undefined, { signal });
  }
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/** The last lines of a log. */
async function tail(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n');
  return lines.slice(-15).join('\n');
}
