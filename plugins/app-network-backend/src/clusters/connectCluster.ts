import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  API_VERSION,
  customResourceDefinitions,
  type ClusterSummary,
} from '@app-network/backstage-plugin-app-network-common';
import type { KubeConfig } from '@kubernetes/client-node';
import { createBackoff, createSleeper } from '../engine/backoff';
import { createKubernetesClient } from '../engine/client';
import { createConnection } from '../engine/connection';
import { installCustomResourceDefinitions } from '../engine/crds';
import { createDiscovery } from '../engine/discovery';
import { createInformers } from '../engine/informers';
import { exportKubeConfig } from '../engine/kubeconfig';
import { electWithLease, type LeaseElection } from '../engine/lease';
import type { Cluster, Informer } from '../engine/types';
import type { ClusterConfig } from './config';
import type { ClusterHook } from './types';

export interface ClusterHooks {
  /** On every backend, from the first answer of the API server on: start what reads. */
  onConnected?: ClusterHook;
  /** On the one backend that holds the cluster's lease: start what writes. The kinds of this project are installed meanwhile. */
  controllers: ClusterHook;
}

export interface ConnectClusterOptions extends ClusterHooks {
  config: ClusterConfig;
  loadKubeConfig: () => KubeConfig;
  logger: LoggerService;
  /** Who this backend is among those that share the cluster's lease. */
  identity: string;
  leaseNamespace: string;
}

/** A cluster that there is a connection to. */
export interface ConnectedCluster {
  readonly cluster: Cluster;
  /** Asks for the version of Kubernetes, the cheapest sign of life that everybody may ask for. */
  probe(): Promise<string>;
  /** Starts the hooks, once. */
  start(): void;
  /** Has all that waits for the API server try again now. */
  wake(): void;
  health(): Pick<ClusterSummary, 'state' | 'message'>;
  /** Ends the hooks, gives the lease back, and closes the connection. */
  close(): Promise<void>;
}

export function connectCluster(
  options: ConnectClusterOptions,
): ConnectedCluster {
  const { config, loadKubeConfig, logger } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const connection = createConnection({ cluster: config.name, loadKubeConfig });
  const discovery = createDiscovery(connection);
  const informers = createInformers({ connection, discovery, signal });
  const cluster: Cluster = {
    name: config.name,
    title: config.title,
    client: createKubernetesClient({
      connection,
      discovery,
      onWrite: informers.written,
    }),
    informers,
    kubeconfig: () => exportKubeConfig(loadKubeConfig()),
  };
  let problems: string[] = [];
  let election: LeaseElection | undefined;
  let reading: Promise<void> | undefined;

  const run = async (hook: ClusterHook, until: AbortSignal) => {
    try {
      await hook(cluster, until);
    } catch (error) {
      logger.error(`cluster ${config.name}: ${error}`);
      problems = [...problems, String(error)];
    }
  };

  const installKinds = async (until: AbortSignal) => {
    const backoff = createBackoff({ baseMs: 1_000, maxMs: 60_000 });
    const sleeper = createSleeper(until);
    while (!until.aborted) {
      problems = await installCustomResourceDefinitions(
        cluster.client,
        customResourceDefinitions(),
        until,
      );
      if (problems.length === 0) {
        return;
      }
      logger.warn(`cluster ${config.name}: ${problems.join('; ')}`);
      await sleeper.sleep(backoff.next());
    }
  };

  return {
    cluster,
    async probe() {
      const { gitVersion } = await connection.request<{ gitVersion: string }>({
        call: { verb: 'get', object: 'version' },
        path: '/version',
      });
      return gitVersion;
    },
    start() {
      if (election) {
        return;
      }
      election = electWithLease({
        client: cluster.client,
        namespace: options.leaseNamespace,
        name: 'app-network-controller',
        identity: options.identity,
        logger,
        signal,
        async whileHeld(until) {
          await Promise.all([
            installKinds(until),
            run(options.controllers, until),
          ]);
        },
      });
      reading = options.onConnected && run(options.onConnected, signal);
    },
    wake: informers.wake,
    health: () =>
      health(informers.list(), [election?.message ?? '', ...problems]),
    async close() {
      stop.abort();
      await election?.stopped;
      await reading;
      await connection.close();
    },
  };
}

/** A kind that the cluster doesn't have is no fault of the cluster: it comes with the platform. Our own are installed first. */
function health(
  informers: Informer[],
  problems: string[],
): Pick<ClusterSummary, 'state' | 'message'> {
  const messages = [
    ...problems,
    ...informers
      .filter(({ state }) => state === 'Forbidden' || state === 'Unreachable')
      .map(({ message }) => message),
  ].filter(Boolean);
  if (messages.length > 0) {
    return { state: 'Degraded', message: messages.join('; ') };
  }
  const missing = informers.filter(
    ({ kind, state }) =>
      kind.apiVersion === API_VERSION && state === 'KindMissing',
  );
  if (missing.length > 0) {
    return {
      state: 'Connecting',
      message: `waiting for ${missing
        .map(({ kind }) => kind.kind)
        .join(', ')} to be installed`,
    };
  }
  const syncing = informers.filter(({ state }) => state === 'Syncing');
  return syncing.length > 0
    ? {
        state: 'Connecting',
        message: `listing ${syncing.map(({ kind }) => kind.kind).join(', ')}`,
      }
    : { state: 'Ready', message: '' };
}
