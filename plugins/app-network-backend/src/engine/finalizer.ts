import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { isKubernetesError } from './errors';
import { objectRef } from './objects';
import type { KubernetesClient } from './types';

/** Whether an object is being deleted: it is gone once its finalizers are. */
export function isDeleting(object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** Puts a finalizer on an object that is not being deleted, unless it is there. */
export async function ensureFinalizer(
  client: KubernetesClient,
  object: KubernetesObject,
  finalizer: string,
): Promise<void> {
  const finalizers = object.metadata.finalizers ?? [];
  if (!isDeleting(object) && !finalizers.includes(finalizer)) {
    await writeFinalizers(client, object, [...finalizers, finalizer]);
  }
}

/** Takes a finalizer off, unless it is off already; an object that is gone is no error. */
export async function removeFinalizer(
  client: KubernetesClient,
  object: KubernetesObject,
  finalizer: string,
): Promise<void> {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(finalizer)) {
    await writeFinalizers(
      client,
      object,
      finalizers.filter(other => other !== finalizer),
    ).catch(error => {
      if (!isKubernetesError(error) || !error.notFound) {
        throw error;
      }
    });
  }
}

/** The list belongs to several writers and a merge patch replaces it whole, so it is written only onto the version that was read. */
async function writeFinalizers(
  client: KubernetesClient,
  object: KubernetesObject,
  finalizers: string[],
): Promise<void> {
  await client.mergePatch(objectRef(object), {
    metadata: {
      resourceVersion: object.metadata.resourceVersion,
      finalizers,
    },
  });
}
