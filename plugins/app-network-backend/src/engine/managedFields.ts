import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';

type Fields = Record<string, unknown>;

/**
 * The part of an object that a field manager has applied, read from `metadata.managedFields` (Kubernetes documentation, "Server-Side
 * Apply", field management).
 */
export function appliedFields(
  object: KubernetesObject,
  manager: string,
): Fields {
  const entry = object.metadata.managedFields?.find(
    candidate =>
      candidate.manager === manager &&
      candidate.operation === 'Apply' &&
      !candidate.subresource,
  );
  return (select(object, entry?.fieldsV1 ?? {}) ?? {}) as Fields;
}

/** `f:` is a field, `k:` an item of a list with keys, `v:` an item of a set; an entry without any is owned as a whole. */
function select(value: unknown, owned: Fields): unknown {
  const parts = Object.entries(owned).filter(([part]) => part !== '.');
  if (parts.length === 0) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.flatMap(item => {
      const part = parts.find(([name]) => isItem(name, item));
      return part ? [select(item, part[1] as Fields)] : [];
    });
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    parts.flatMap(([part, below]) => {
      const field = part.slice('f:'.length);
      const found = (value as Fields)[field];
      return found === undefined
        ? []
        : [[field, select(found, below as Fields)]];
    }),
  );
}

function isItem(part: string, item: unknown): boolean {
  const wanted: unknown = JSON.parse(part.slice(2));
  return part.startsWith('k:')
    ? Object.entries(wanted as Fields).every(
        ([key, value]) => (item as Fields)?.[key] === value,
      )
    : JSON.stringify(item) === JSON.stringify(wanted);
}
