import type {
  Condition,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { setTimeout } from 'node:timers/promises';
import type { KubernetesClient } from '../engine/types';

type Pod = KubernetesObject & { status?: { conditions?: Condition[] } };

/** Where no node runs pods, says of each that it is ready, as kubelet would. Resolves when the signal has ended it. */
export async function keepPodsReady(
  client: KubernetesClient,
  signal: AbortSignal,
): Promise<void> {
  const kind = { apiVersion: 'v1', kind: 'Pod' };
  while (!signal.aborted) {
    const pods = await client.list<Pod>(kind);
    const waiting = pods.filter(
      ({ metadata, status }) =>
        !metadata.deletionTimestamp &&
        !status?.conditions?.some(({ type }) => type === 'Ready'),
    );
    await Promise.allSettled(
      waiting.map(({ metadata: { namespace, name } }) =>
        client.apply(
          {
            ...kind,
            metadata: { namespace, name },
            status: {
              phase: 'Running',
              conditions: [{ type: 'Ready', status: 'True' }],
            },
          } as KubernetesObject,
          { subresource: 'status', force: true, fieldManager: 'test' },
        ),
      ),
    );
    await setTimeout(200, undefined, { signal }).catch(() => undefined);
  }
}
