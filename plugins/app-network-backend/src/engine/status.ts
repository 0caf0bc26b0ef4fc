import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { isKubernetesError } from './errors';
import type { KubernetesClient } from './types';

/**
 * Writes the status of an object whose status is all ours, if it differs from the one that was read. An object that is gone is no error.
 *
 * @returns whether it was written
 */
export async function writeStatus<
  T extends KubernetesObject & { status?: object },
>(
  client: KubernetesClient,
  object: T,
  status: NonNullable<T['status']>,
): Promise<boolean> {
  if (isDeepStrictEqual(plain(object.status), plain(status))) {
    return false;
  }
  const { apiVersion, kind, metadata } = object;
  try {
    await client.apply(
      {
        apiVersion,
        kind,
        metadata: { namespace: metadata.namespace, name: metadata.name },
        status,
      },
      { force: true, subresource: 'status' },
    );
    return true;
  } catch (error) {
    if (isKubernetesError(error) && error.notFound) {
      return false;
    }
    throw error;
  }
}

/** As JSON carries it, without fields that are undefined. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
