import type { LocalCluster } from './localCluster.ts';
import { output, startWatched } from './processes.ts';

/** The status of the NetworkPlatform, as far as it is shown here. */
interface PlatformStatus {
  observedGeneration?: number;
  phase?: string;
  components?: {
    name: string;
    chart: string;
    state: string;
    message?: string;
  }[];
  ingress?: { applications?: { addresses?: { value: string }[] } };
  conditions?: { type: string; status: string; message?: string }[];
}

const CRD = 'customresourcedefinition/networkplatforms.app-network.io';
const PLATFORM = 'networkplatform.app-network.io/default';

/**
 * Gives the cluster its NetworkPlatform, unless it has one, and waits until it is ready.
 *
 * @param onProgress - told how far it is
 * @returns the addresses at which applications are served
 * @throws when the signal ends it, or kubectl fails
 */
export async function platformReady(
  cluster: Required<LocalCluster>,
  signal: AbortSignal,
  onProgress: (text: string, failing: boolean) => void,
): Promise<string[]> {
  const kubectl = (...args: string[]) =>
    output(
      cluster.kubectl,
      ['--kubeconfig', cluster.kubeconfig, ...args],
      signal,
    );

  onProgress('waiting for the backend to install its kinds', false);
  await kubectl('wait', CRD, '--for=create', '--timeout=10m');
  await kubectl('wait', CRD, '--for=condition=Established', '--timeout=1m');
  const existing = await kubectl('get', PLATFORM, '--ignore-not-found');
  if (!existing.trim()) {
    await kubectl('create', '--filename', cluster.networkPlatform);
  }
  return watchUntilReady(cluster, signal, onProgress);
}

async function watchUntilReady(
  cluster: Required<LocalCluster>,
  signal: AbortSignal,
  onProgress: (text: string, failing: boolean) => void,
): Promise<string[]> {
  for (;;) {
    let ready: string[] | undefined;
    let last = '';
    const watch = startWatched(
      cluster.kubectl,
      [
        ...['--kubeconfig', cluster.kubeconfig, 'get', PLATFORM, '--watch'],
        // The status as JSON, a line for each change.
        '--output=jsonpath={.metadata.generation} {.status}{"\\n"}',
      ],
      {
        onLine(line) {
          const [, generation, json] = /^(\d+) (\{.*)$/.exec(line) ?? [];
          if (!json) {
            return;
          }
          const status = JSON.parse(json) as PlatformStatus;
          onProgress(...describe(status));
          if (
            status.phase === 'Ready' &&
            status.observedGeneration === Number(generation)
          ) {
            ready = addresses(status);
            void watch.end();
          }
        },
        onErrorLine(line) {
          last = line;
        },
      },
    );
    const abort = () => void watch.end();
    signal.addEventListener('abort', abort);
    const code = await watch.ended.finally(() =>
      signal.removeEventListener('abort', abort),
    );
    signal.throwIfAborted();
    if (ready) {
      return ready;
    }
    if (code !== 0) {
      throw new Error(last || `kubectl exited with ${code}`);
    }
    // The API server ends every watch after a while; the next one goes on from there.
  }
}

/** How far the platform is, in a line, and whether something is wrong. */
function describe(status: PlatformStatus): [string, boolean] {
  const components = (status.components ?? []).filter(
    ({ state }) => state !== 'Disabled',
  );
  const failed = components.find(({ state }) => state === 'Failed');
  if (failed) {
    return [`${failed.chart}: ${failed.message ?? 'failed'}`, true];
  }
  const condition = status.conditions?.find(
    ({ type, status: value }) => type === 'Ready' && value !== 'True',
  );
  if (status.phase === 'Failed') {
    return [condition?.message ?? 'failed', true];
  }
  const waiting = components.filter(({ state }) => state !== 'Ready');
  const count = `${components.length - waiting.length} of ${
    components.length
  } components ready`;
  const names = waiting.map(({ chart, state }) => `${chart} ${state}`);
  return [
    components.length === 0
      ? condition?.message ?? 'not begun'
      : [count, ...names].join(', '),
    false,
  ];
}

function addresses(status: PlatformStatus): string[] {
  return (status.ingress?.applications?.addresses ?? []).map(
    ({ value }) => value,
  );
}
