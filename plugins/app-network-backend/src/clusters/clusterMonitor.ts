import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import { createBackoff, createSleeper } from '../engine/backoff';
import type { Cluster } from '../engine/types';
import type { ClusterConfig } from './config';
import {
  connectCluster,
  type ClusterHooks,
  type ConnectedCluster,
} from './connectCluster';
import { loadKubeConfig } from './kubeConfig';

export interface ClusterMonitorOptions extends ClusterHooks {
  config: ClusterConfig;
  logger: LoggerService;
  identity: string;
  leaseNamespace: string;
  /** How often a cluster that answers is asked, in milliseconds; default 10 seconds. */
  probePeriodMs?: number;
  signal: AbortSignal;
}

/** One cluster of app-config, whether there is a connection to it or not. */
export interface ClusterMonitor {
  summary(): ClusterSummary;
  /** Undefined until the API server has answered once. */
  cluster(): Cluster | undefined;
  /** Resolves when all has ended after the signal. */
  readonly stopped: Promise<void>;
}

/**
 * Connects to a cluster and asks now and then whether it is still there; where it isn't, later each time up to 30 s. The kubeconfig is
 * read again each time: it may appear, change, or mean another cluster, which is connected to anew.
 */
export function monitorCluster(options: ClusterMonitorOptions): ClusterMonitor {
  const { config, logger, signal, probePeriodMs = 10_000 } = options;
  const backoff = createBackoff({ baseMs: 500, maxMs: 30_000 });
  const sleeper = createSleeper(signal);
  let connected: ConnectedCluster | undefined;
  let connectedWith = '';
  let version: string | undefined;
  let failure = '';

  const connect = async (): Promise<ConnectedCluster> => {
    const kubeConfig = loadKubeConfig(config).exportConfig();
    if (connected && connectedWith !== kubeConfig) {
      logger.info(`cluster ${config.name}: its kubeconfig has changed`);
      const previous = connected;
      connected = undefined;
      version = undefined;
      await previous.close();
    }
    connectedWith = kubeConfig;
    connected ??= connectCluster({
      ...options,
      loadKubeConfig: () => loadKubeConfig(config),
    });
    return connected;
  };

  const probe = async () => {
    const current = await connect();
    const answered = await current.probe();
    if (version === undefined || failure) {
      logger.info(`cluster ${config.name} is connected: ${answered}`);
      current.wake();
    }
    version = answered;
    failure = '';
    current.start();
  };

  const run = async () => {
    while (!signal.aborted) {
      try {
        await probe();
        backoff.reset();
        await sleeper.sleep(probePeriodMs);
      } catch (error) {
        const { message } = toError(error);
        if (message !== failure) {
          logger.warn(`cluster ${config.name} is not connected: ${message}`);
        }
        failure = message;
        await sleeper.sleep(backoff.next());
      }
    }
    await connected?.close();
  };

  const state = (): Pick<ClusterSummary, 'state' | 'message'> => {
    if (failure) {
      return { state: 'Unreachable', message: failure };
    }
    return connected && version
      ? connected.health()
      : { state: 'Connecting', message: `connecting to ${config.title}` };
  };

  return {
    summary: () => ({
      name: config.name,
      title: config.title,
      ...state(),
      ...(version ? { version } : {}),
    }),
    cluster: () => (version ? connected?.cluster : undefined),
    stopped: run(),
  };
}
