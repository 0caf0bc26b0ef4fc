import {
  MANAGED_BY,
  OWNER_LABEL,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { keyOf, objectKey } from './objects';
import type { Index } from './types';

/** Objects of one kind, found by name, namespace and owner. */
export interface Store<T extends KubernetesObject> {
  get(namespace: string | undefined, name: string): T | undefined;
  list(namespace?: string): T[];
  ownedBy(ownerLabelValue: string): T[];
  /** An index by other values; the same function has the same one. */
  index(valuesOf: ValuesOf<T>): Index<T>;
  /** Takes an object in, unless a newer one is there. Returns whether it did. */
  set(object: T): boolean;
  /** Takes in what a write has answered, unless the watch has already gone past it. Returns whether it did. */
  setWritten(object: T): boolean;
  /** Takes an object out, unless a newer one is there, such as one that was made after this was deleted. Returns whether it did. */
  delete(object: T): boolean;
  /** Takes in a whole list. Returns what has changed by it: the new, the changed, and the last of those that are gone. */
  replace(objects: T[], resourceVersion: string): T[];
  /** Takes all out, and returns it. */
  clear(): T[];
  /** Up to where the watch has come. */
  setVersion(resourceVersion: string): void;
}

export function createStore<T extends KubernetesObject>(): Store<T> {
  const objects = new Map<string, T>();
  const indexes = new Map<ValuesOf<T>, UpdatedIndex<T>>();
  let version = '0';

  const index = (valuesOf: ValuesOf<T>): Index<T> => {
    const known = indexes.get(valuesOf);
    if (known) {
      return known;
    }
    const made = createIndex(valuesOf);
    objects.forEach((object, key) => made.update(key, undefined, object));
    indexes.set(valuesOf, made);
    return made;
  };
  const byNamespace = index(({ metadata: { namespace } }) =>
    namespace === undefined ? [] : [namespace],
  );
  const byOwner = index(({ metadata: { labels } }) => {
    const owner = labels?.[OWNER_LABEL];
    return owner === undefined ? [] : [owner];
  });

  const put = (key: string, object: T) => {
    const previous = objects.get(key);
    const next = compact(object);
    objects.set(key, next);
    indexes.forEach(({ update }) => update(key, previous, next));
  };
  const drop = (key: string) => {
    const previous = objects.get(key);
    objects.delete(key);
    indexes.forEach(({ update }) => update(key, previous, undefined));
  };
  const set = (object: T) => {
    const key = objectKey(object);
    const previous = objects.get(key);
    if (previous && !isNewer(object, previous)) {
      return false;
    }
    put(key, object);
    return true;
  };

  return {
    get: (namespace, name) => objects.get(keyOf(namespace, name)),
    list: namespace =>
      namespace ? byNamespace.get(namespace) : [...objects.values()],
    ownedBy: byOwner.get,
    index,
    set,
    setWritten: object =>
      isNewerVersion(object.metadata.resourceVersion, version) && set(object),
    delete(object) {
      const key = objectKey(object);
      const previous = objects.get(key);
      if (!previous || isNewer(previous, object)) {
        return false;
      }
      drop(key);
      return true;
    },
    replace(list, resourceVersion) {
      if (isNewerVersion(version, resourceVersion)) {
        // Versions have gone back: the API server's data were restored or made anew, and nothing here is newer than they are.
        const gone = this.clear();
        return [...gone, ...this.replace(list, resourceVersion)];
      }
      version = resourceVersion;
      const changed = list.filter(set);
      const listed = new Set(list.map(objectKey));
      for (const [key, object] of objects) {
        const writtenSince = isNewerVersion(
          object.metadata.resourceVersion,
          resourceVersion,
        );
        if (!listed.has(key) && !writtenSince) {
          drop(key);
          changed.push(object);
        }
      }
      return changed;
    },
    clear() {
      const all = [...objects.values()];
      [...objects.keys()].forEach(drop);
      version = '0';
      return all;
    },
    setVersion(resourceVersion) {
      version = resourceVersion;
    },
  };
}

/** Whether an object is newer than another one of its name. */
function isNewer(object: KubernetesObject, than: KubernetesObject): boolean {
  return isNewerVersion(
    object.metadata.resourceVersion,
    than.metadata.resourceVersion,
  );
}

/** Resource versions of one kind are numbers that grow (Kubernetes 1.35, KEP-5504); they may be longer than a double is exact. */
function isNewerVersion(version = '', than = ''): boolean {
  return version.length === than.length
    ? version > than
    : version.length > than.length;
}

/** Leaves out who else wrote which field; it is often the larger half of an object, and only our own parts are read. */
function compact<T extends KubernetesObject>(object: T): T {
  const { managedFields } = object.metadata;
  if (!managedFields) {
    return object;
  }
  return {
    ...object,
    metadata: {
      ...object.metadata,
      managedFields: managedFields.filter(({ manager }) =>
        READ_MANAGERS.some(read => manager?.startsWith(read)),
      ),
    },
  };
}

/** Field managers that are of interest: our own, and Helm's, of which it is told whether it still owns what it wrote. */
const READ_MANAGERS = [MANAGED_BY, 'helm'];

type ValuesOf<T> = (object: T) => readonly string[];

interface UpdatedIndex<T> extends Index<T> {
  update(key: string, previous: T | undefined, next: T | undefined): void;
}

function createIndex<T>(valuesOf: ValuesOf<T>): UpdatedIndex<T> {
  const values = new Map<string, Map<string, T>>();
  return {
    get: value => [...(values.get(value)?.values() ?? [])],
    update(key, previous, next) {
      const after = next ? valuesOf(next) : [];
      for (const value of previous ? valuesOf(previous) : []) {
        const entries = after.includes(value) ? undefined : values.get(value);
        entries?.delete(key);
        if (entries?.size === 0) {
          values.delete(value);
        }
      }
      if (!next) {
        return;
      }
      for (const value of after) {
        const entries = values.get(value) ?? new Map<string, T>();
        values.set(value, entries.set(key, next));
      }
    },
  };
}
