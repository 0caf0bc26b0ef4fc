import { getObject, kubectl, type LocalCluster } from './cluster.ts';

const GATEWAY_SERVICE = {
  namespace: 'istio-system',
  name: 'istio-ingressgateway',
};

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

/**
 * Gives the ingress gateway another address, as a cloud's load balancer may come by one, and returns once the Service has it.
 *
 * @param last - the last part of the new address; the load balancers of a local cluster have 129 to 254
 * @returns the address
 */
export async function moveGateway(
  cluster: LocalCluster,
  last: number,
): Promise<string> {
  const address = (await gatewayAddress(cluster)).replace(/\d+$/, `${last}`);
  await patchGatewayService(cluster, { spec: { loadBalancerIP: address } });
  await kubectl(cluster, [
    ...['wait', `service/${GATEWAY_SERVICE.name}`, '--timeout=1m'],
    ...['--namespace', GATEWAY_SERVICE.namespace],
    `--for=jsonpath={.status.loadBalancer.ingress[0].ip}=${address}`,
  ]);
  // The Service keeps it without being told.
  await patchGatewayService(cluster, { spec: { loadBalancerIP: null } });
  return address;
}

/** Changes the ingress gateway's Service by a JSON merge patch, its status where the patch has one. */
export async function patchGatewayService(
  cluster: LocalCluster,
  changes: { spec?: object; status?: object },
): Promise<void> {
  const { name, namespace } = GATEWAY_SERVICE;
  await kubectl(cluster, [
    ...['patch', 'service', name, '--namespace', namespace],
    ...(changes.status ? ['--subresource=status'] : []),
    ...['--type=merge', '--patch', JSON.stringify(changes)],
  ]);
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
