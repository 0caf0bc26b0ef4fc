import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { isKubernetesError } from '../engine/errors';
import type { KubernetesClient } from '../engine/types';
import { PLATFORM_LABEL } from './installedReleases';

/** A namespace as the platform makes it for a release; its labels tell later that nobody else did. */
export function platformNamespace(
  name: string,
  platform: string,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY, [PLATFORM_LABEL]: platform },
    },
  };
}

/** Makes a namespace, unless it is there; one that is there stays as it is. */
export async function ensureNamespace(
  client: KubernetesClient,
  name: string,
  platform: string,
): Promise<void> {
  if (await client.get({ apiVersion: 'v1', kind: 'Namespace', name })) {
    return;
  }
  try {
    await client.create(platformNamespace(name, platform));
  } catch (error) {
    if (!isKubernetesError(error) || !error.conflict) {
      throw error;
    }
  }
}
