import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import type { Connection } from './connection';
import type { Discovery } from './discovery';
import type { KubernetesError } from './errors';
import { apiGroup, kindKey } from './objects';
import { startReflector } from './reflector';
import { createStore } from './store';
import type { Informer, InformerOptions, Informers, KindRef } from './types';

export interface InformersOptions {
  connection: Connection;
  discovery: Discovery;
  /** Ends all of them. */
  signal: AbortSignal;
}

/** Informers that learn of our own writes before the watch brings them. */
export interface WritableInformers extends Informers {
  /** Takes in an object as a write has answered it. */
  written(object: KubernetesObject): void;
  /** Has all that wait try again now, because the cluster can be reached again. */
  wake(): void;
}

const CUSTOM_RESOURCE_DEFINITIONS: KindRef = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
};

/** The informers of one cluster; each starts when it is first asked for. */
export function createInformers(options: InformersOptions): WritableInformers {
  const { discovery } = options;
  const running = new Map<string, RunningInformer>();
  let definitions: RunningInformer | undefined;

  /** A kind that is missing appears when its CustomResourceDefinition does; then there is no need to wait. */
  const followDefinitions = () => {
    if (definitions) {
      return;
    }
    definitions = startInformer(options, CUSTOM_RESOURCE_DEFINITIONS, {
      metadataOnly: true,
    });
    definitions.informer.onChange(definition => {
      const group = definition?.metadata.name.replace(/^[^.]*\./, '');
      for (const { informer, wake } of running.values()) {
        if (
          informer.state === 'KindMissing' &&
          apiGroup(informer.kind.apiVersion) === group
        ) {
          discovery.forget(group);
          wake();
        }
      }
    });
  };

  return {
    informer<T extends KubernetesObject>(
      kind: KindRef,
      informerOptions: InformerOptions = {},
    ) {
      const { labelSelector = '', metadataOnly = false } = informerOptions;
      const key = [kindKey(kind), labelSelector, metadataOnly].join(' ');
      let started = running.get(key);
      if (!started) {
        started = startInformer(options, kind, informerOptions);
        started.informer.onChange(object => {
          if (!object && started?.informer.state === 'KindMissing') {
            followDefinitions();
          }
        });
        running.set(key, started);
      }
      // The kind that was asked for says what its objects are.
      return started.informer as Informer as Informer<T>;
    },
    list: () => [...running.values()].map(({ informer }) => informer),
    written(object) {
      for (const { informer, written } of running.values()) {
        if (kindKey(informer.kind) === kindKey(object)) {
          written(object);
        }
      }
    },
    wake() {
      definitions?.wake();
      running.forEach(({ wake }) => wake());
    },
  };
}

interface RunningInformer {
  informer: Informer;
  written(object: KubernetesObject): void;
  wake(): void;
}

function startInformer(
  { connection, discovery, signal }: InformersOptions,
  kind: KindRef,
  { labelSelector, metadataOnly }: InformerOptions,
): RunningInformer {
  const store = createStore<KubernetesObject>();
  const handlers = new Set<(object: KubernetesObject | undefined) => void>();
  let state: Informer['state'] = 'Syncing';
  let message = `${kind.kind} objects of cluster ${connection.cluster} are not listed yet`;
  let hasSynced = false;

  const changed = (objects: (KubernetesObject | undefined)[]) => {
    for (const object of objects) {
      handlers.forEach(handler => handler(object));
    }
  };
  const enter = (nextState: Informer['state'], nextMessage: string) => {
    const moved = state !== nextState;
    state = nextState;
    message = nextMessage;
    if (moved) {
      changed([undefined]);
    }
  };

  const reflector = startReflector({
    connection,
    discovery,
    kind,
    labelSelector,
    metadataOnly,
    store,
    signal,
    onChange: changed,
    onSynced() {
      hasSynced = true;
      enter('Synced', '');
    },
    onFailed(error) {
      hasSynced &&= !error.kindMissing;
      enter(...failure(kind, error));
    },
  });

  return {
    informer: {
      kind,
      get state() {
        return state;
      },
      get message() {
        return message;
      },
      get hasSynced() {
        return hasSynced;
      },
      get: store.get,
      list: store.list,
      ownedBy: store.ownedBy,
      index: store.index,
      onChange(handler) {
        handlers.add(handler);
        return () => handlers.delete(handler);
      },
    },
    written(object) {
      if (
        !metadataOnly &&
        selects(labelSelector, object) &&
        store.setWritten(object)
      ) {
        changed([object]);
      }
    },
    wake: reflector.wake,
  };
}

/** The state that a failure means, and what to do about it. */
function failure(
  kind: KindRef,
  error: KubernetesError,
): [Informer['state'], string] {
  if (error.kindMissing) {
    return ['KindMissing', error.message];
  }
  if (error.forbidden) {
    const group = apiGroup(kind.apiVersion) || 'the core API group';
    return [
      'Forbidden',
      `${error.message}; allow get, list and watch of ${kind.kind} objects in ${group} by a ClusterRole`,
    ];
  }
  return ['Unreachable', error.message];
}

/** Whether a selector of equalities, such as `a=b,c=d`, selects an object; of other selectors nothing is claimed. */
function selects(
  labelSelector: string | undefined,
  { metadata }: KubernetesObject,
): boolean {
  return (labelSelector ?? '')
    .split(',')
    .filter(Boolean)
    .every(requirement => {
      const [label, value, ...rest] = requirement.split(/==?/);
      return (
        value !== undefined &&
        rest.length === 0 &&
        metadata.labels?.[label.trim()] === value.trim()
      );
    });
}
