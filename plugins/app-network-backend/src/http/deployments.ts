import { setTimeout as delay } from 'node:timers/promises';
import type {
  ObjectRef,
  RolloutView,
} from '@app-network/backstage-plugin-app-network-common';
import { NotFoundError } from '@backstage/errors';
import { describe, labelSelectorOf } from '../engine/objects';
import type { KubernetesClient } from '../engine/types';
import { rolloutView, type Deployment, type Pod } from '../observe/rollout';

/** How far the rollout of a Deployment is. @throws NotFoundError */
export async function getRollout(
  client: KubernetesClient,
  ref: { cluster: string; namespace: string; name: string },
): Promise<RolloutView> {
  const { cluster, namespace, name } = ref;
  const deploymentRef: ObjectRef = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace,
    name,
  };
  const deployment = await client.get<Deployment>(deploymentRef);
  if (!deployment) {
    throw new NotFoundError(
      `${describe(deploymentRef)} is not in cluster ${cluster}`,
    );
  }
  const { matchLabels = {} } = deployment.spec?.selector ?? {};
  const pods = await client.list<Pod>(
    { apiVersion: 'v1', kind: 'Pod' },
    {
      namespace,
      labelSelector: labelSelectorOf(matchLabels),
    },
  );
  return rolloutView(deployment, pods);
}

/**
 * Reads a rollout once it is another than the one that was seen, or as it is when the time is over.
 *
 * It asks again and again for the few seconds that somebody waits: to watch every Deployment and Pod of a cluster for that would keep all of
 * them in memory all the time.
 */
export async function waitForRollout(
  client: KubernetesClient,
  ref: { cluster: string; namespace: string; name: string },
  options: { changedSince: string; timeoutMs: number; signal: AbortSignal },
): Promise<RolloutView> {
  const { changedSince, timeoutMs, signal } = options;
  const ended = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  for (;;) {
    const view = await getRollout(client, ref);
    if (view.version !== changedSince || ended.aborted) {
      return view;
    }
    await delay(INTERVAL_MS, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) {
      return view;
    }
  }
}

const INTERVAL_MS = 500;
