import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalCluster } from './cluster.ts';
import type { Caller } from './connections.ts';

/** A server of the test itself, which can be as slow or as bad as a test needs. */
export interface HostServer {
  port: number;
  end(): Promise<void>;
}

/** Serves HTTP on this machine, where pods of the cluster reach it. */
export function startHostServer(
  { hostAddress }: LocalCluster,
  answer: http.RequestListener,
): Promise<HostServer> {
  const server = http.createServer(answer);
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, hostAddress, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        end: () =>
          new Promise(ended => {
            server.close(() => ended());
            server.closeAllConnections();
          }),
      }),
    );
  });
}

/** A Service, at port 80, without pods: behind it is a server on this machine. */
export function hostService(
  { hostAddress }: LocalCluster,
  { namespace, name }: Caller,
  { port }: HostServer,
): object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name },
      spec: { ports: [{ name: 'http', port: 80 }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        namespace,
        name,
        labels: { 'kubernetes.io/service-name': name },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: [hostAddress], conditions: { ready: true } }],
      ports: [{ name: 'http', port, protocol: 'TCP' }],
    },
  ];
}
