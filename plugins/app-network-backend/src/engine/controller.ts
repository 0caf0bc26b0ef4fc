import type { LoggerService } from '@backstage/backend-plugin-api';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { objectKey } from './objects';
import { createWorkQueue, type WorkQueue } from './queue';
import type { Informer, Reconciler } from './types';

/** Where a controller learns that it should look: an informer, and whom one of its objects concerns. */
export interface Source<T extends KubernetesObject = KubernetesObject> {
  informer: Informer<T>;
  /** Keys of the objects to reconcile when this one changes. */
  keys(object: T): string[];
  /** What is read of an object: where a change leaves it as it was, nobody is told. Default: everything. */
  read?(object: T): unknown;
}

/** A source whose type of object is its own matter. */
export function source<T extends KubernetesObject>(
  informer: Informer<T>,
  keys: (object: T) => string[],
  read?: (object: T) => unknown,
): Source {
  return {
    informer,
    keys: object => keys(object as T),
    read: read && (object => read(object as T)),
  };
}

export interface ControllerOptions {
  /** For logs and metrics, such as `AppNetwork on dev`. */
  name: string;
  logger: LoggerService;
  reconciler: Reconciler;
  /** The first is the kind that is reconciled; all of its objects are looked at again when any source's state changes. */
  sources: [Source, ...Source[]];
  /** Objects that are reconciled at a time; default 4. One object is never reconciled twice at a time. */
  concurrency?: number;
  /** Ends the controller. */
  signal: AbortSignal;
}

/** A controller that runs. */
export interface Controller {
  /** Has an object looked at. */
  enqueue(key: string): void;
  /** Resolves when the last reconcile has ended after the signal. */
  readonly stopped: Promise<void>;
}

/**
 * Calls a reconciler for every object that may need it: first for all there are, then for whatever a source says has changed. Nothing is
 * reconciled before every source has been listed, so that a reconciler may take a cache at its word. An error is logged and tried again,
 * later each time; the queue alone decides when.
 */
export function startController(options: ControllerOptions): Controller {
  const { sources, concurrency = 4, signal } = options;
  const queue = createWorkQueue();
  const primary = sources[0];

  const enqueueAll = () => {
    if (sources.every(({ informer }) => informer.state !== 'Syncing')) {
      primary.informer.list().flatMap(primary.keys).forEach(queue.add);
    }
  };
  const unsubscribe = sources.map(from => {
    const isNews = newsOf(from);
    return from.informer.onChange(object => {
      if (!object) {
        enqueueAll();
      } else if (isNews(object)) {
        from.keys(object).forEach(queue.add);
      }
    });
  });
  const listed = allListed(sources, signal);
  const workers = Array.from({ length: concurrency }, async () => {
    await listed;
    await work(queue, options);
  });
  enqueueAll();

  const shutDown = () => {
    unsubscribe.forEach(stop => stop());
    queue.shutDown();
  };
  if (signal.aborted) {
    shutDown();
  } else {
    signal.addEventListener('abort', shutDown, { once: true });
  }
  return {
    enqueue: queue.add,
    stopped: Promise.all(workers).then(() => undefined),
  };
}

/** Tells of a change whether it is one of what is read; it remembers what that was. */
function newsOf({ informer, read }: Source): (of: KubernetesObject) => boolean {
  if (!read) {
    return () => true;
  }
  const known = new Map<string, string>();
  return changed => {
    const { namespace, name } = changed.metadata;
    const key = objectKey(changed);
    const object = informer.get(namespace, name);
    if (!object) {
      known.delete(key);
      return true;
    }
    const now = JSON.stringify([object.metadata.uid, read(object)]);
    const isNew = known.get(key) !== now;
    known.set(key, now);
    return isNew;
  };
}

/** Resolves when no source is waiting for its first list any more, or at the signal. */
function allListed(sources: Source[], signal: AbortSignal): Promise<void> {
  const waiting = () =>
    !signal.aborted &&
    sources.some(({ informer }) => informer.state === 'Syncing');
  if (!waiting()) {
    return Promise.resolve();
  }
  return new Promise(resolve => {
    const check = () => {
      if (!waiting()) {
        stops.forEach(stop => stop());
        signal.removeEventListener('abort', check);
        resolve();
      }
    };
    const stops = sources.map(({ informer }) =>
      informer.onChange(object => object || check()),
    );
    signal.addEventListener('abort', check);
  });
}

async function work(
  queue: WorkQueue,
  { name, logger, reconciler, signal }: ControllerOptions,
): Promise<void> {
  for (let key = await queue.get(); key; key = await queue.get()) {
    try {
      const result = await reconciler.reconcile(key, signal);
      queue.forget(key);
      if (result?.requeueAfterMs !== undefined) {
        queue.addAfter(key, result.requeueAfterMs);
      }
    } catch (error) {
      if (!signal.aborted) {
        const delayMs = queue.addRateLimited(key);
        logger.warn(
          `${name}: ${key} failed and is tried again in ${delayMs} ms: ${error}`,
        );
      }
    } finally {
      queue.done(key);
    }
  }
}
