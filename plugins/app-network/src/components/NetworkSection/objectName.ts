import type { ObjectRef } from '@app-network/backstage-plugin-app-network-common';

/** `namespace/name`, or the name of an object that is not in a namespace. */
export function qualifiedName(ref: ObjectRef): string {
  return ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
}

/** Tells objects of one cluster apart. */
export function objectKey(ref: ObjectRef): string {
  return `${ref.apiVersion}/${ref.kind}/${qualifiedName(ref)}`;
}
