import { createServer, type AddressInfo } from 'node:net';

/** Ports of the control plane. */
export interface Ports {
  apiServer: number;
  etcd: number;
  etcdPeer: number;
  etcdMetrics: number;
  controllerManager: number;
  scheduler: number;
}

/** The usual ones, for a cluster with a network of its own. */
export const STANDARD_PORTS: Ports = {
  apiServer: 6443,
  etcd: 2379,
  etcdPeer: 2380,
  etcdMetrics: 2381,
  controllerManager: 10257,
  scheduler: 10259,
};

/** Free ones of the host's loopback. All are held at once while they are looked for, so that no two are the same. */
export async function freePorts(): Promise<Ports> {
  const servers = await Promise.all(
    Object.keys(STANDARD_PORTS).map(
      name =>
        new Promise<[string, ReturnType<typeof createServer>]>(
          (resolve, reject) => {
            const server = createServer();
            server.on('error', reject);
            server.listen(0, '127.0.0.1', () => resolve([name, server]));
          },
        ),
    ),
  );
  const ports = { ...STANDARD_PORTS };
  for (const [name, server] of servers) {
    ports[name as keyof Ports] = (server.address() as AddressInfo).port;
  }
  await Promise.all(
    servers.map(([, server]) => new Promise(done => server.close(done))),
  );
  return ports;
}
