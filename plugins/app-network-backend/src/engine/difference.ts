import {
  MANAGED_BY,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';

/**
 * Where an object of ours has to be written, if it has to: the path of the first field that is desired and stands otherwise in the
 * cluster, that is ours and no longer desired, or that is desired and not ours.
 *
 * What is ours is read from `metadata.managedFields`, where the API server records what we applied (Kubernetes documentation, "Server-Side
 * Apply", field management), so nothing has to be remembered here. Fields of others, defaults among them, are left out of it.
 */
export function findDifference(
  desired: KubernetesObject,
  live: KubernetesObject,
): string | undefined {
  const fields = appliedFields(desired);
  const entry = live.metadata.managedFields?.find(
    ({ manager, operation, subresource }) =>
      manager === MANAGED_BY && operation === 'Apply' && !subresource,
  );
  const owned = entry?.fieldsV1 ?? {};
  return (
    findChange(fields, appliedFields(live), owned, '') ??
    findOwnershipChange(fields, owned, '')
  );
}

/** What names an object is no field of it, for managedFields. */
function appliedFields(object: KubernetesObject): Fields {
  const { apiVersion, kind, metadata, ...rest } = object;
  const { name, namespace, ...fields } = metadata;
  return isEmpty(fields) ? rest : { ...rest, metadata: fields };
}

type Fields = Record<string, unknown>;

/**
 * A desired value, and the one that is there. That may have more fields, of others, but not more items; none at all where we own it as a
 * whole, as managedFields has lists without keys: a field there that is not desired is one of ours from before. Defaults that the API server
 * fills in are told from those by nothing, so they have to be desired.
 */
function findChange(
  desired: unknown,
  live: unknown,
  owned: Fields,
  path: string,
): string | undefined {
  if (isAbsent(desired) || (isEmpty(desired) && isAbsent(live))) {
    // Built-in kinds drop lists and maps that are empty, but managedFields still has them.
    return undefined;
  }
  const isWhole = path !== '' && isEmpty(owned);
  if (Array.isArray(desired)) {
    if (!Array.isArray(live) || live.length !== desired.length) {
      return path;
    }
    return first(desired, (item, index) =>
      findChange(
        item,
        live[index],
        isWhole ? owned : ownedItem(owned, item, index),
        `${path}[${index}]`,
      ),
    );
  }
  if (isFields(desired)) {
    if (!isFields(live)) {
      return path;
    }
    return (
      first(Object.entries(desired), ([field, value]) =>
        findChange(
          value,
          live[field],
          // What isn't ours at all is found there.
          isWhole ? owned : asFields(owned[`f:${field}`] ?? NOT_OWNED),
          fieldPath(path, field),
        ),
      ) ??
      first(isWhole ? Object.keys(live) : [], field =>
        isAbsent(desired[field]) && !isAbsent(live[field])
          ? fieldPath(path, field)
          : undefined,
      )
    );
  }
  return desired === live ? undefined : path;
}

/** Of a value of which nothing is ours. */
const NOT_OWNED: Fields = { '.': {} };

/** What is ours of an item of a list with keys. */
function ownedItem(owned: Fields, item: unknown, index: number): Fields {
  const part = Object.keys(owned).find(
    name => name !== '.' && isItem(name, item, index),
  );
  return asFields(part === undefined ? NOT_OWNED : owned[part]);
}

/**
 * Compares with an entry of managedFields (FieldsV1): `f:` is a field, `k:` an item of a list with keys, `v:` an item of a set, `i:` an
 * item by its place, `.` the value itself. An entry without any is owned as a whole.
 */
function findOwnershipChange(
  desired: unknown,
  owned: Fields,
  path: string,
): string | undefined {
  const parts = Object.keys(owned).filter(part => part !== '.');
  if (path && Object.keys(owned).length === 0) {
    return undefined;
  }
  if (Array.isArray(desired)) {
    return findItemOwnershipChange(desired, owned, parts, path);
  }
  const fields = isFields(desired) ? desired : {};
  return (
    first(parts, part => {
      const field = part.slice('f:'.length);
      const at = fieldPath(path, field);
      return isAbsent(fields[field])
        ? at
        : findOwnershipChange(fields[field], asFields(owned[part]), at);
    }) ??
    first(Object.entries(fields), ([field, value]) =>
      isAbsent(value) || `f:${field}` in owned
        ? undefined
        : fieldPath(path, field),
    )
  );
}

function findItemOwnershipChange(
  desired: unknown[],
  owned: Fields,
  parts: string[],
  path: string,
): string | undefined {
  if (
    parts.length !== new Set(desired.map(item => JSON.stringify(item))).size
  ) {
    return path;
  }
  return first(parts, part => {
    const at = `${path}[${part.slice(2)}]`;
    const item = desired.find((candidate, index) =>
      isItem(part, candidate, index),
    );
    return item === undefined
      ? at
      : findOwnershipChange(item, asFields(owned[part]), at);
  });
}

/** Whether an item of a list is the one that a part of FieldsV1 names. A key that is absent in the item has its default. */
function isItem(part: string, item: unknown, index: number): boolean {
  const name = part.slice(2);
  switch (part.slice(0, 2)) {
    case 'k:':
      return (
        isFields(item) &&
        Object.entries(asFields(JSON.parse(name))).every(
          ([key, value]) => isAbsent(item[key]) || item[key] === value,
        )
      );
    case 'v:':
      return JSON.stringify(item) === JSON.stringify(JSON.parse(name));
    default:
      return index === Number(name);
  }
}

function first<T>(
  items: readonly T[],
  find: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function fieldPath(path: string, field: string): string {
  return path ? `${path}.${field}` : field;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** An empty list or map. */
function isEmpty(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === 0
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}
