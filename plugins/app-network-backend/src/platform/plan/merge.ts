import { equalValues, isAbsent, isFields, type Fields } from './equalValues';

/**
 * What becomes of an object when Helm upgrades it, or we apply it: the fields that are set now are written, those that were set before and
 * are no longer go, and all others, defaults of the API server among them, stay (Helm documentation, "Three-way strategic merge patches").
 *
 * Where a value means the same as the one that is there, such as `1000m` and `1`, the latter stays, so that only real changes are left. A
 * field that is no longer set, and that somebody has changed since, is theirs and stays too.
 *
 * @param live - as it is
 * @param previous - what was set before
 * @param wanted - what is set now
 */
export function merge(
  live: unknown,
  previous: unknown,
  wanted: unknown,
): unknown {
  if (isFields(live) && isFields(wanted)) {
    return mergeFields(live, isFields(previous) ? previous : {}, wanted);
  }
  if (Array.isArray(live) && Array.isArray(wanted)) {
    return mergeItems(live, Array.isArray(previous) ? previous : [], wanted);
  }
  return equalValues(live, wanted) ? live : wanted;
}

function mergeFields(live: Fields, previous: Fields, wanted: Fields): Fields {
  const merged: Fields = { ...live };
  for (const [field, value] of Object.entries(wanted)) {
    if (value === null) {
      delete merged[field];
    } else if (!isDropped(value, live[field], previous[field])) {
      merged[field] = merge(live[field], previous[field], value);
    }
  }
  for (const [field, value] of Object.entries(previous)) {
    if (isAbsent(wanted[field]) && field in live) {
      const rest = without(live[field], value);
      if (rest === undefined) {
        delete merged[field];
      } else {
        merged[field] = rest;
      }
    }
  }
  return merged;
}

/** A value without what was set in it before; undefined where nothing is left. */
function without(live: unknown, previous: unknown): unknown {
  if (!isFields(live) || !isFields(previous)) {
    return equalValues(live, previous) ? undefined : live;
  }
  const rest = mergeFields(live, previous, {});
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Fields that name an item among those of its list, in Kubernetes' own kinds (its API reference, "patch merge key"). */
const KEYS = ['name', 'mountPath', 'containerPort', 'port', 'key', 'ip'];

function mergeItems(
  live: unknown[],
  previous: unknown[],
  wanted: unknown[],
): unknown[] {
  const key = KEYS.find(name => isKeyOf(name, live) && isKeyOf(name, wanted));
  if (key === undefined) {
    return live.length === wanted.length
      ? wanted.map((item, index) => merge(live[index], previous[index], item))
      : wanted;
  }
  const find = (items: unknown[], name: unknown) =>
    items.find(item => isFields(item) && item[key] === name);
  const nameOf = (item: unknown) => (item as Fields)[key];
  return [
    ...live
      .filter(
        item => find(wanted, nameOf(item)) || !find(previous, nameOf(item)),
      )
      .map(item => {
        const now = find(wanted, nameOf(item));
        return now ? merge(item, find(previous, nameOf(item)), now) : item;
      }),
    ...wanted.filter(item => !find(live, nameOf(item))),
  ];
}

/** Whether the items of a list are told apart by a field. */
function isKeyOf(field: string, items: unknown[]): boolean {
  const names = items.map(item => (isFields(item) ? item[field] : undefined));
  return (
    names.every(name => !isAbsent(name)) && new Set(names).size === names.length
  );
}

/** Kubernetes' own kinds drop what says nothing: an empty list or map, and what was set before already to no effect. */
function isDropped(value: unknown, live: unknown, previous: unknown): boolean {
  if (!isAbsent(live)) {
    return false;
  }
  return typeof value === 'object' && value !== null
    ? Object.keys(value).length === 0
    : !value && value === previous;
}
