import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  type KubernetesObject,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { KindRef } from './types';

/** The name of an object, without the rest of it. */
export function objectRef(object: KubernetesObject): ObjectRef {
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion,
    kind,
    ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    name: metadata.name,
  };
}

/** The key of an object in a work queue and in a cache: `<namespace>/<name>`, or `<name>` of an object without namespace. */
export function objectKey(object: {
  metadata: { namespace?: string; name: string };
}): string {
  return keyOf(object.metadata.namespace, object.metadata.name);
}

/** {@link objectKey} from its parts. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** The parts of an {@link objectKey}. */
export function splitKey(key: string): { namespace?: string; name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** A kind as a key of maps. */
export function kindKey({ apiVersion, kind }: KindRef): string {
  return `${apiVersion}/${kind}`;
}

/** The address of an object as a key of maps. */
export function refKey(ref: ObjectRef): string {
  return `${kindKey(ref)} ${keyOf(ref.namespace, ref.name)}`;
}

/** The API group of an `apiVersion`; empty for the core group. */
export function apiGroup(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** An object as a person reads it: `Gateway shop/shop`. */
export function describe(ref: {
  kind: string;
  namespace?: string;
  name: string;
}): string {
  return `${ref.kind} ${keyOf(ref.namespace, ref.name)}`;
}

/** A label selector for objects that have all of some labels: `a=b,c=d`. */
export function labelSelectorOf(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** Whether this project has made an object. */
export function isManaged({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
}
