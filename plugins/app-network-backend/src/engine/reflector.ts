import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { createBackoff, createSleeper } from './backoff';
import { listPages, objectPath, type ObjectList } from './client';
import type { Connection } from './connection';
import type { Discovery } from './discovery';
import {
  isKubernetesError,
  KubernetesError,
  type KubernetesStatus,
} from './errors';
import { apiGroup } from './objects';
import type { Store } from './store';
import type { KindRef } from './types';

export interface ReflectorOptions<T extends KubernetesObject> {
  connection: Connection;
  discovery: Discovery;
  kind: KindRef;
  labelSelector?: string;
  /** Only metadata is asked for: the rest of the object is not there. */
  metadataOnly?: boolean;
  store: Store<T>;
  /** Objects were added, changed or deleted. */
  onChange: (objects: T[]) => void;
  /** The store is filled, and followed. */
  onSynced: () => void;
  onFailed: (error: KubernetesError) => void;
  signal: AbortSignal;
}

/** Keeps a store as a kind is in the cluster. */
export interface Reflector {
  /** Tries again now, if it waits to try again. */
  wake(): void;
}

/**
 * Lists a kind, then watches it from there; lists again when the API server has forgotten where we were (410). Bookmarks keep that from
 * happening where little changes. What fails is tried again, later each time up to 30 s. (client-node's ListWatch stops at the first
 * error, doesn't say what the API server said, and opens a connection for each watch; hence this one.)
 */
export function startReflector<T extends KubernetesObject>(
  options: ReflectorOptions<T>,
): Reflector {
  const { connection, discovery, kind, store, onChange, onSynced, signal } =
    options;
  const backoff = createBackoff({ baseMs: 250, maxMs: 30_000 });
  const sleeper = createSleeper(signal);
  const call = { verb: 'list', object: `${kind.kind} objects` };
  let version: string | undefined;

  const list = async () => {
    const path = await objectPath(connection.cluster, discovery, call, kind);
    const { items, resourceVersion } = await listPages<T>(kind, query =>
      connection.request<ObjectList<T>>({
        call,
        path,
        query: { ...query, labelSelector: options.labelSelector },
        accept: accept('PartialObjectMetadataList', options.metadataOnly),
      }),
    );
    onChange(store.replace(items, resourceVersion));
    return resourceVersion;
  };

  const watch = async (from: string) => {
    const lines = connection.lines({
      call: { ...call, verb: 'watch' },
      path: await objectPath(connection.cluster, discovery, call, kind),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: from,
        labelSelector: options.labelSelector,
        timeoutSeconds: String(Math.round(300 * (1 + Math.random()))),
      },
      accept: accept('PartialObjectMetadata', options.metadataOnly),
      signal,
      onOpen: onSynced,
    });
    for await (const line of lines) {
      const event: WatchEvent<T> = JSON.parse(line);
      if (event.type === 'ERROR') {
        throw new KubernetesError(
          { ...call, verb: 'watch', cluster: connection.cluster },
          { statusCode: event.object.code, status: event.object },
        );
      }
      // Metadata alone comes as PartialObjectMetadata; what it is of is known here.
      const object: T = { ...event.object, ...kind };
      if (event.type !== 'BOOKMARK' && keep(store, event.type, object)) {
        onChange([object]);
      }
      version = object.metadata.resourceVersion ?? from;
      store.setVersion(version);
      backoff.reset();
    }
  };

  const run = async () => {
    while (!signal.aborted) {
      try {
        version ??= await list();
        await watch(version);
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        const failure = asKubernetesError(connection.cluster, call, error);
        if (failure.expired) {
          version = undefined;
        } else {
          if (failure.kindMissing) {
            version = undefined;
            discovery.forget(apiGroup(kind.apiVersion));
            onChange(store.clear());
          }
          options.onFailed(failure);
        }
      }
      await sleeper.sleep(backoff.next());
    }
  };
  void run();

  return {
    wake() {
      backoff.reset();
      sleeper.wake();
    },
  };
}

type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: T }
  | { type: 'ERROR'; object: KubernetesStatus };

function keep<T extends KubernetesObject>(
  store: Store<T>,
  type: 'ADDED' | 'MODIFIED' | 'DELETED',
  object: T,
): boolean {
  return type === 'DELETED' ? store.delete(object) : store.set(object);
}

function accept(kind: string, metadataOnly = false): string {
  return metadataOnly
    ? `application/json;as=${kind};g=meta.k8s.io;v=v1`
    : 'application/json';
}

/** What is no answer of the API server, such as a line that is no JSON, counts as if there were none. */
function asKubernetesError(
  cluster: string,
  call: { verb: string; object: string },
  error: unknown,
): KubernetesError {
  return isKubernetesError(error)
    ? error
    : new KubernetesError(
        { ...call, cluster },
        { status: { message: String(error) }, cause: error },
      );
}
