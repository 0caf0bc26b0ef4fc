import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { serverCertificate } from '@internal/local-cluster/src/clusterTest/fixtures.ts';
import { getObject, kubectl, type LocalCluster } from './cluster.ts';

const NAMESPACE = 'kube-system';
const NAME_SERVER = 'coredns';

/** Servers on this machine, outside of the cluster, and names for them that the cluster's name server knows. */
export interface Outside {
  /** Of HTTPS. */
  tlsPort: number;
  httpPort: number;
  /** PEM of the authority of its certificate. */
  authority: string;
  /** Whether a request for a path has come in. */
  hasSeen(path: string): boolean;
  end(): Promise<void>;
}

export async function startOutside(
  cluster: LocalCluster,
  names: readonly string[],
): Promise<Outside> {
  const { hostAddress } = cluster;
  const { authority, certificate, key } = await serverCertificate(
    hostAddress,
    names,
  );
  const paths = new Set<string>();
  const answer: http.RequestListener = (request, response) => {
    paths.add(request.url ?? '');
    response.setHeader('connection', 'close');
    response.end(request.headers.host);
  };
  const servers = [
    https.createServer({ cert: certificate, key }, answer),
    http.createServer(answer),
  ];
  const [tlsPort = 0, httpPort = 0] = await Promise.all(
    servers.map(server => listen(server, hostAddress)),
  );
  const forget = await addNames(cluster, hostAddress, names);
  return {
    tlsPort,
    httpPort,
    authority,
    hasSeen: path => paths.has(path),
    async end() {
      servers.forEach(server => server.close());
      await forget();
    },
  };
}

function listen(server: http.Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, address, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

/** Teaches the cluster's name server names, and returns how to have it forget them. */
async function addNames(
  cluster: LocalCluster,
  address: string,
  names: readonly string[],
): Promise<() => Promise<void>> {
  const { data } = await getObject<{ data: { Corefile: string } }>(
    cluster,
    'configmap',
    NAME_SERVER,
    NAMESPACE,
  );
  const hosts = `hosts {\n${address} ${names.join(' ')}\nfallthrough\n}\n`;
  await configure(cluster, data.Corefile.replace('errors\n', `$&${hosts}`));
  return () => configure(cluster, data.Corefile);
}

async function configure(
  cluster: LocalCluster,
  Corefile: string,
): Promise<void> {
  const deployment = `deployment/${NAME_SERVER}`;
  await kubectl(cluster, [
    ...['patch', 'configmap', NAME_SERVER, '--namespace', NAMESPACE],
    ...['--patch', JSON.stringify({ data: { Corefile } })],
  ]);
  for (const step of [
    ['restart', deployment],
    ['status', deployment, '--timeout=90s'],
  ]) {
    await kubectl(cluster, ['rollout', ...step, '--namespace', NAMESPACE]);
  }
}
