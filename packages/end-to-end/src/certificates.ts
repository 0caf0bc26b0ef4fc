import tls from 'node:tls';
import { getObject, type LocalCluster } from './cluster.ts';
import { getThroughGateway, redirectOf } from './gateway.ts';

/** A certificate and its key, and the CA it chains to, PEM. */
export interface Identity {
  certificate: string;
  key: string;
  ca: string;
}

/** What a Secret of type kubernetes.io/tls holds. */
export async function identityInSecret(
  cluster: LocalCluster,
  name: string,
  namespace = 'cert-manager',
): Promise<Identity> {
  const { data } = await getObject<{ data: Record<string, string> }>(
    cluster,
    'secret',
    name,
    namespace,
  );
  const pem = (key: string) =>
    Buffer.from(data[key] ?? '', 'base64').toString();
  return {
    certificate: pem('tls.crt'),
    key: pem('tls.key'),
    ca: pem('ca.crt'),
  };
}

/** The PEM of the cluster's own CA. */
export async function clusterCa(cluster: LocalCluster): Promise<string> {
  return (await identityInSecret(cluster, 'app-network-ca')).ca;
}

/**
 * Shakes hands with a gateway and tells which CA the certificate that it serves for a hostname chains to.
 *
 * @param cas - CAs (PEM) by the name that is returned
 * @returns the CA's name, or what is wrong with the certificate or the connection
 */
export async function servedFrom(
  address: string,
  hostname: string,
  cas: Record<string, string>,
): Promise<string> {
  let problem = '';
  for (const [name, ca] of Object.entries(cas)) {
    problem = await shakeHands(address, hostname, ca);
    if (problem === '') {
      return name;
    }
  }
  return problem;
}

function shakeHands(
  address: string,
  hostname: string,
  ca: string,
): Promise<string> {
  return new Promise(resolve => {
    const socket = tls.connect(
      { host: address, port: 443, servername: hostname, ca, timeout: 5_000 },
      () => {
        socket.end();
        resolve('');
      },
    );
    socket.on('timeout', () => socket.destroy(new Error('no answer in 5 s')));
    socket.on('error', error => resolve(error.message));
  });
}

/** Makes one request after the other, each with a connection and a handshake of its own, until it is told to end. */
export function keepRequesting(
  url: string,
  options: { address: string; ca: string },
): Repeated {
  return keepDoing(async () => {
    const { status } = await getThroughGateway(url, options);
    if (status !== 200) {
      throw new Error(`status ${status}`);
    }
  });
}

/** Asks for one URL after the other over plain HTTP until it is told to end; what is no redirect to the same by HTTPS is a failure. */
export function keepBeingRedirected(
  urls: readonly string[],
  options: { address: string },
): Repeated {
  return keepDoing(async () => {
    for (const url of urls) {
      const { status, location } = await redirectOf(url, options);
      if (status !== 301 || location !== url.replace('http:', 'https:')) {
        throw new Error(`${url}: status ${status}, location ${location}`);
      }
    }
  });
}

/** What is done again and again. */
interface Repeated {
  end(): Promise<{ answers: number; failures: string[] }>;
}

function keepDoing(attempt: () => Promise<void>): Repeated {
  const seen = { answers: 0, failures: [] as string[] };
  let goesOn = true;
  const run = async () => {
    while (goesOn) {
      try {
        await attempt();
        seen.answers += 1;
      } catch (error) {
        seen.failures.push(`${new Date().toISOString()} ${error}`);
      }
    }
  };
  const ended = run();
  return {
    async end() {
      goesOn = false;
      await ended;
      return seen;
    },
  };
}
