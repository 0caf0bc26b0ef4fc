/**
 * Starts cluster, platform and portal side by side, and ends on Ctrl-C what it started. `npm start -- --help` tells the options.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  clusterPaths,
  clustersDirectory,
  DEFAULT_NAME,
} from '../packages/local-cluster/src/cluster/paths.ts';
import { namedContext } from '../packages/local-cluster/src/commands/namedContext.ts';
import { startCluster } from './start/cluster.ts';
import { appConfigFiles, configuredClusters } from './start/configuration.ts';
import { assertPortFree, startPortal } from './start/portal.ts';
import { progressOn } from './start/progress.ts';
import { describe, isAbort, type Run, type Target } from './start/run.ts';

const HELP = `Starts a Kubernetes cluster, the network platform and the portal. Ctrl-C ends all that it started.

  npm start                        with a cluster on this machine, built the first time
  npm start -- --context CONTEXT   with a cluster of yours, a context of your kubeconfig; nothing is installed on it unasked
  npm start -- --port PORT         the portal's port; default 7007; a cluster on this machine calls it at the one after it
  npm start -- --name NAME         name of the cluster on this machine; one that runs already is used, and left running

Clusters in app-config.local.yaml (appNetwork.clusters) are used instead of one on this machine.
`;

interface Options {
  port: number;
  name: string;
  context: string | undefined;
}

try {
  const options = readOptions();
  if (options) {
    process.exitCode = await start(options);
  }
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      context: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      name: { type: 'string', default: DEFAULT_NAME },
      port: { type: 'string', default: '7007' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return undefined;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65534) {
    throw new Error(
      `--port: "${values.port}" is no port; take a number from 1 to 65534`,
    );
  }
  return { port, name: values.name, context: values.context };
}

/** Starts everything, and returns the exit code when it has ended again. */
async function start({ port, name, context }: Options): Promise<number> {
  const configFiles = appConfigFiles();
  const target = await chooseTarget({ name, context, port }, configFiles);
  await assertPortFree(port);
  if (target.kind === 'local') {
    await assertPortFree(admissionPort(port));
  }
  const directory = path.join(clustersDirectory(), '../portal', name);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const run: Run = {
    name,
    port,
    url: `http://localhost:${port}`,
    target,
    progress: progressOn(process.stdout, ['cluster', 'platform', 'portal']),
    stop: new AbortController(),
    directory,
    endings: [],
    failed: false,
    addresses: [],
  };
  const { signal } = run.stop;
  for (const signalName of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signalName, () => run.stop.abort());
  }

  const part = (work: Promise<void>, isEssential = false) =>
    work.catch(error => {
      // What is ended fails; that is no news.
      if (!isAbort(error)) {
        run.failed = true;
        run.progress.note(describe(error));
      }
      if (isEssential) {
        run.stop.abort();
      }
    });
  const parts = Promise.all([
    // Without the portal there is nothing to look at; without a cluster it goes on, and shows what is wrong.
    part(startPortal(run, configFiles), true),
    part(startCluster(run)),
  ]);
  void parts.then(() => {
    if (!signal.aborted) {
      const last = run.failed
        ? 'Not everything could be started; Ctrl-C ends the rest.'
        : 'Ctrl-C ends all of it.';
      run.progress.note(['', ...run.addresses, last].join('\n'));
    }
  });
  await aborted(signal);
  await parts;
  await Promise.all(run.endings.map(end => part(end())));
  run.progress.stop();
  return run.failed ? 1 : 0;
}

/** The cluster calls the portal there. */
function admissionPort(port: number): number {
  return port + 1;
}

async function chooseTarget(
  { name, context, port }: Options,
  configFiles: string[],
): Promise<Target> {
  if (context !== undefined) {
    const { kubeconfig } = await namedContext(context);
    return {
      kind: 'named',
      names: [context],
      entries: [{ name: context, kubeconfig, context }],
    };
  }
  const names = await configuredClusters(configFiles);
  if (names.length > 0) {
    return { kind: 'named', names, entries: undefined };
  }
  const { kubeconfig } = clusterPaths(name);
  return {
    kind: 'local',
    entries: [
      {
        name: 'local',
        title: 'This machine',
        kubeconfig,
        admission: { listen: { port: admissionPort(port) } },
      },
    ],
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve());
    }
  });
}
