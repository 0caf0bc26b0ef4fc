import {
  createAppNetworkClient,
  type AppNetwork,
  type AppNetworkClient,
  type AppNetworkRef,
  type AppNetworkView,
  type Condition,
} from '@app-network/backstage-plugin-app-network-common';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { InputError, ResponseError } from '@backstage/errors';
import type {
  AppNetworkProgress,
  AppNetworkService,
  AppNetworkServiceOptions,
} from './AppNetworkService';

/** The service over HTTP: discovery finds the backend plugin, and each call is made on behalf of the credentials given. */
export function createAppNetworkService(options: {
  discovery: DiscoveryService;
  auth: AuthService;
}): AppNetworkService {
  const { discovery, auth } = options;

  /** A token lives for minutes only, so each call takes a new one. */
  const client = ({
    credentials,
  }: AppNetworkServiceOptions): AppNetworkClient =>
    createAppNetworkClient({
      discoveryApi: discovery,
      fetchApi: {
        fetch: async (input, init) => {
          const { token } = await auth.getPluginRequestToken({
            onBehalfOf: credentials,
            targetPluginId: 'app-network',
          });
          const request = new Request(input, init);
          request.headers.set('Authorization', `Bearer ${token}`);
          return fetch(request);
        },
      },
    });

  const service: AppNetworkService = {
    getClusters: call => plainly(client(call).getClusters(call)),

    async resolveCluster(cluster, call) {
      if (cluster) {
        return cluster;
      }
      const clusters = await plainly(client(call).getClusters(call));
      if (clusters.length === 1) {
        return clusters[0].name;
      }
      throw new InputError(
        clusters.length === 0
          ? 'No cluster is configured; add one to appNetwork.clusters in app-config.yaml'
          : `There are several clusters, name one of: ${clusters
              .map(({ name }) => name)
              .join(', ')}`,
      );
    },

    apply: (ref, input, call) =>
      plainly(client(call).putAppNetwork(ref, input, call)),

    get: (ref, call) => found(client(call).getAppNetwork(ref, call)),

    delete: (ref, call) => plainly(client(call).deleteAppNetwork(ref, call)),

    deploy: (cluster, workload, call) =>
      plainly(client(call).applyWorkload(cluster, workload, call)),

    async *waitUntilReady(ref, call) {
      let before: Condition[] | undefined;
      for await (const { appNetwork } of follow(client(call), ref, call)) {
        if (!appNetwork) {
          throw new InputError(
            `AppNetwork ${ref.namespace}/${ref.name} was deleted while it was waited for`,
          );
        }
        const progress = progressOf(appNetwork, before);
        if (!before || progress.changed.length > 0 || progress.ready) {
          yield progress;
        }
        if (progress.ready) {
          return;
        }
        before = appNetwork.status?.conditions ?? [];
      }
    },

    async *waitUntilDeleted(ref, call) {
      for await (const { appNetwork } of follow(client(call), ref, call)) {
        if (!appNetwork) {
          return;
        }
        yield appNetwork;
      }
    },

    async *waitUntilAvailable(deployment, call) {
      const { signal } = call;
      let version: string | undefined;
      while (!signal?.aborted) {
        const rollout = await unlessAborted(
          plainly(
            client(call).getDeployment(deployment, {
              changedSince: version,
              signal,
            }),
          ),
          signal,
        );
        if (rollout && rollout.version !== version) {
          yield rollout;
          if (rollout.state !== 'Progressing') {
            return;
          }
          version = rollout.version;
        }
      }
    },
  };
  return service;
}

/** An AppNetwork whenever it changes; without one when it is gone. Ends at the signal. */
async function* follow(
  client: AppNetworkClient,
  ref: AppNetworkRef,
  { signal }: AppNetworkServiceOptions,
): AsyncGenerator<{ appNetwork?: AppNetwork }> {
  let changedSince: string | undefined;
  while (!signal?.aborted) {
    const view = await unlessAborted(
      found(client.getAppNetwork(ref, { changedSince, signal })),
      signal,
    );
    if (signal?.aborted) {
      return;
    }
    const appNetwork = view?.appNetwork;
    if (!appNetwork || appNetwork.metadata.resourceVersion !== changedSince) {
      yield { appNetwork };
    }
    if (!appNetwork) {
      return;
    }
    changedSince = appNetwork.metadata.resourceVersion;
  }
}

/**
 * What has changed between two looks at an AppNetwork, and whether it is Ready. A condition that speaks of an older spec is not Ready.
 *
 * @param before - the conditions of the look before; undefined at the first
 */
export function progressOf(
  appNetwork: AppNetwork,
  before: readonly Condition[] = [],
): AppNetworkProgress {
  const conditions = appNetwork.status?.conditions ?? [];
  const changed = conditions.filter(condition => {
    const previous = before.find(({ type }) => type === condition.type);
    return (
      previous?.status !== condition.status ||
      previous.reason !== condition.reason ||
      previous.message !== condition.message
    );
  });
  const ready = conditions.some(
    ({ type, status, observedGeneration }) =>
      type === 'Ready' &&
      status === 'True' &&
      (observedGeneration ?? appNetwork.status?.observedGeneration ?? 0) >=
        (appNetwork.metadata.generation ?? 0),
  );
  return { appNetwork, changed, ready };
}

async function found(
  call: Promise<AppNetworkView>,
): Promise<AppNetworkView | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ResponseError && error.response.status === 404) {
      return undefined;
    }
    throw plain(error);
  }
}

function plainly<T>(call: Promise<T>): Promise<T> {
  return call.catch(error => {
    throw plain(error);
  });
}

/** What the backend said is why it failed, and what the reader of a task's log can act on; that a request failed is not. */
function plain(error: unknown): unknown {
  return error instanceof ResponseError ? error.cause : error;
}

/** Undefined where the call failed because nobody waits for it any more. */
async function unlessAborted<T>(
  call: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (signal?.aborted) {
      return undefined;
    }
    throw error;
  }
}
