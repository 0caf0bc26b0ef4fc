import type {
  Address,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';

/** What is read of Services. */
export interface Service extends KubernetesObject {
  spec?: {
    type?: string;
    clusterIPs?: string[];
    externalIPs?: string[];
    selector?: Record<string, string>;
    ports?: {
      name?: string;
      appProtocol?: string;
      port: number;
      targetPort?: number | string;
      protocol?: string;
    }[];
  };
  status?: {
    loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
  };
}

/** The addresses at which a Service is reached from outside, or, for one of type ClusterIP, from inside. */
export function serviceAddresses(service: Service | undefined): {
  addresses: Address[];
  /** Why there are none, and what to do. */
  message: string;
} {
  if (!service) {
    return { addresses: [], message: 'The gateway has no Service yet.' };
  }
  const { spec = {}, status, metadata } = service;
  const ips = [
    ...(spec.externalIPs ?? []),
    ...(spec.type === 'ClusterIP'
      ? (spec.clusterIPs ?? []).filter(ip => ip !== 'None')
      : []),
  ];
  const addresses = [
    ...(status?.loadBalancer?.ingress ?? []).map(toAddress),
    ...ips.map(ip => toAddress({ ip })),
  ].filter(address => address !== undefined);
  const name = `Service ${metadata.namespace}/${metadata.name}`;
  return {
    addresses,
    message:
      spec.type === 'LoadBalancer'
        ? `${name} is of type LoadBalancer and has no address yet. Where that lasts, see kubectl describe: the cluster needs a load balancer, such as its cloud's or MetalLB.`
        : `${name} is of type ${spec.type} and has no address: use type LoadBalancer, or set spec.externalIPs by the gateway's values.`,
  };
}

function toAddress({
  ip,
  hostname,
}: {
  ip?: string;
  hostname?: string;
}): Address | undefined {
  if (ip) {
    return { type: 'IPAddress', value: ip };
  }
  return hostname ? { type: 'Hostname', value: hostname } : undefined;
}
