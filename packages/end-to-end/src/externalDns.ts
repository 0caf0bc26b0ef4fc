import { apply, type KubernetesObject, type LocalCluster } from './cluster.ts';
import type { NameServer } from './nameServer.ts';

/** Gives ExternalDNS in a namespace the key of a name server. */
export async function giveKey(
  cluster: LocalCluster,
  names: NameServer,
  namespace = 'external-dns',
): Promise<void> {
  await apply(cluster, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'tsig', namespace },
      stringData: { secret: names.key.secret },
    } as KubernetesObject,
  ]);
}

/** What a platform's spec says of a zone that a name server keeps. */
export function externalDnsSpec(
  charts: LocalCluster['charts'],
  names: NameServer,
  zone: string,
) {
  return {
    dns: {
      custom: null,
      wildcard: null,
      external: {
        zone,
        provider: { name: 'rfc2136' },
        values: {
          extraArgs: {
            'rfc2136-host': names.address,
            'rfc2136-port': String(names.port),
            'rfc2136-tsig-keyname': names.key.name,
            'rfc2136-tsig-secret-alg': names.key.algorithm,
          },
          env: tsigFromSecret(),
        },
      },
    },
    components: {
      externalDNS: { chart: { path: charts?.['external-dns']?.path } },
    },
  };
}

export function tsigFromSecret(): object[] {
  return [
    {
      name: 'EXTERNAL_DNS_RFC2136_TSIG_SECRET',
      valueFrom: { secretKeyRef: { name: 'tsig', key: 'secret' } },
    },
  ];
}
