import type {
  AppNetwork,
  KubernetesObject,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import { FOREIGN_KINDS, type ForeignObject } from '../application/foreignHosts';
import type { InputCaches } from '../application/readInput';
import { RENDERED_KINDS } from '../application/render/kinds';
import type { Service } from '../application/render/types';
import { JOB_KINDS, type Job } from '../application/jobs';
import { WORKLOAD_KINDS, type Workload } from '../application/workloads';
import { isManaged, kindKey, objectRef, refKey } from '../engine/objects';
import { createStore } from '../engine/store';
import type { KindRef, KubernetesClient } from '../engine/types';
import { APP_NETWORK } from '../kinds';

/** Objects as the reconciler finds them in a cluster: by caches, and by asking for one. */
export interface Snapshot {
  client: Pick<KubernetesClient, 'get'>;
  caches: InputCaches;
}

export function snapshot(objects: readonly KubernetesObject[]): Snapshot {
  const byRef = new Map(objects.map(object => [key(object), object]));
  const get = (ref: ObjectRef) => byRef.get(refKey(ref));
  const cache = <T extends KubernetesObject>(
    kind: KindRef,
    isWanted: (object: KubernetesObject) => boolean = () => true,
  ) => {
    const store = createStore<T>();
    for (const object of byRef.values()) {
      if (kindKey(object) === kindKey(kind) && isWanted(object)) {
        store.set(object as T);
      }
    }
    return { kind, ...store };
  };
  return {
    client: {
      get: async <T extends KubernetesObject>(ref: ObjectRef) =>
        get(ref) as T | undefined,
    },
    caches: {
      appNetworks: cache<AppNetwork>(APP_NETWORK),
      services: cache<Service>({ apiVersion: 'v1', kind: 'Service' }),
      workloads: WORKLOAD_KINDS.map(kind => cache<Workload>(kind)),
      jobs: JOB_KINDS.map(kind => cache<Job>(kind)),
      owned: RENDERED_KINDS.map(kind => cache(kind)),
      foreign: FOREIGN_KINDS.map(kind =>
        cache<ForeignObject>(kind, object => !isManaged(object)),
      ),
    },
  };
}

/**
 * Objects with others over them: what is given replaces what is there, and is as old as it, so that it keeps the hostnames that it has.
 */
export function overlaid(
  there: readonly KubernetesObject[],
  given: readonly KubernetesObject[],
): KubernetesObject[] {
  const byRef = new Map(there.map(object => [key(object), object]));
  for (const object of given) {
    const { creationTimestamp } =
      byRef.get(key(object))?.metadata ?? object.metadata;
    byRef.set(
      key(object),
      creationTimestamp
        ? { ...object, metadata: { ...object.metadata, creationTimestamp } }
        : object,
    );
  }
  return [...byRef.values()];
}

function key(object: KubernetesObject): string {
  return refKey(objectRef(object));
}
