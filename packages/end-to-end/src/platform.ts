import { getObject, kubectl, type LocalCluster } from './cluster.ts';

/** The NetworkPlatform, as far as the tests look at it. */
export interface Platform {
  metadata: { generation: number };
  spec: Record<string, unknown>;
  status?: {
    conditions?: {
      type: string;
      status: string;
      reason: string;
      message: string;
      observedGeneration?: number;
    }[];
    ingress?: Record<
      'applications' | 'system',
      { addresses?: { value: string }[] } | undefined
    >;
  };
}

/** Changes the platform's spec by a JSON merge patch, and returns how to bring back what it was. */
export async function patchPlatform(
  cluster: LocalCluster,
  spec: Record<string, unknown>,
): Promise<() => Promise<void>> {
  const before = await getPlatform(cluster);
  await patch(cluster, 'merge', { spec });
  return () =>
    patch(cluster, 'json', [
      { op: 'replace', path: '/spec', value: before.spec },
    ]);
}

/** A condition of the platform, once it speaks of the spec as it is now; undefined before. */
export async function platformCondition(cluster: LocalCluster, type: string) {
  const { metadata, status } = await getPlatform(cluster);
  return status?.conditions?.find(
    condition =>
      condition.type === type &&
      condition.observedGeneration === metadata.generation,
  );
}

/** Where applications are reached. */
export async function gatewayAddress(cluster: LocalCluster): Promise<string> {
  const { status } = await getPlatform(cluster);
  return status?.ingress?.applications?.addresses?.[0]?.value ?? '';
}

export function getPlatform(cluster: LocalCluster): Promise<Platform> {
  return getObject<Platform>(cluster, 'networkplatform', 'default');
}

async function patch(
  cluster: LocalCluster,
  type: 'merge' | 'json',
  body: object,
): Promise<void> {
  await kubectl(cluster, [
    ...['patch', 'networkplatform', 'default'],
    ...['--type', type, '--patch', JSON.stringify(body)],
  ]);
}
