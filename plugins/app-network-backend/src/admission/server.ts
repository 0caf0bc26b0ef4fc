import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { OWN_NAMESPACE } from '../clusters/namespace';
import { createBackoff, createSleeper } from '../engine/backoff';
import type { Cluster } from '../engine/types';
import { admit } from './admit';
import type { AdmissionConfig } from './config';
import { admissionContext } from './context';
import { findEndpoint } from './endpoint';
import { createAdmissionHandler } from './handler';
import { ADMISSION_SECRET, identityOf, secretInformer } from './secret';
import type { AdmissionRequest, AdmissionResponse } from './types';

export interface AdmissionServerOptions {
  cluster: Cluster;
  config: AdmissionConfig;
  logger: LoggerService;
  /** Ends it. */
  signal: AbortSignal;
  /** Namespace of the Secret with the certificate; default: that of the lease. */
  namespace?: string;
  /** The rules; default: those of App Network. */
  admit?: (request: AdmissionRequest) => AdmissionResponse;
}

/**
 * Serves a cluster's webhook with the certificate in the Secret, from when there is one, and with each that comes after it without a pause.
 * Every backend does; who holds the cluster's lease makes the certificate. Where it can't listen it tries again, for the port may be that of
 * a backend that is about to end. Resolves when it has ended, and answered what was under way.
 */
export async function serveAdmission(
  options: AdmissionServerOptions,
): Promise<void> {
  const { cluster, logger, signal } = options;
  const context = admissionContext(cluster);
  const server = createServer(
    createAdmissionHandler({
      cluster: cluster.name,
      admit: options.admit ?? (request => admit(request, context)),
      logger,
    }),
  );
  const connections = new Set<Duplex>();
  let underWay = 0;
  const endConnections = () => {
    // The API server keeps connections, and opens some that it doesn't use.
    if (signal.aborted && underWay === 0) {
      connections.forEach(connection => connection.destroy());
    }
  };
  server.on('connection', connection => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
  });
  server.on('request', (_, response) => {
    underWay += 1;
    response.on('close', () => {
      underWay -= 1;
      endConnections();
    });
  });

  await followCertificate(server, options);
  await listen(server, options);
  if (!signal.aborted) {
    await once(signal, 'abort');
  }
  const closed = new Promise(resolve => server.close(resolve));
  endConnections();
  await closed;
}

/** Gives a server the certificate in the Secret, whenever there is another. Resolves with the first, or at the signal. */
function followCertificate(
  server: Server,
  options: AdmissionServerOptions,
): Promise<void> {
  const { cluster, logger, signal, namespace = OWN_NAMESPACE } = options;
  const secrets = secretInformer(cluster);
  let served = '';
  return new Promise(resolve => {
    const follow = () => {
      const identity = identityOf(secrets.get(namespace, ADMISSION_SECRET));
      if (!identity || identity.certificate === served) {
        return;
      }
      const { certificate, key } = identity;
      try {
        server.setSecureContext({ cert: certificate, key });
        served = certificate;
        resolve();
      } catch (error) {
        // Who holds the lease makes another.
        logger.warn(
          `cluster ${cluster.name}: the certificate in Secret ${namespace}/${ADMISSION_SECRET} can't be served: ${error}`,
        );
      }
    };
    const unsubscribe = secrets.onChange(follow);
    const end = () => {
      unsubscribe();
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
    follow();
  });
}

/** Listens as soon as that is possible. */
async function listen(
  server: Server,
  { cluster, config, logger, signal }: AdmissionServerOptions,
): Promise<void> {
  const backoff = createBackoff({ baseMs: 250, maxMs: 10_000 });
  const sleeper = createSleeper(signal);
  let said = '';
  while (!signal.aborted && !server.listening) {
    try {
      const { listen: where } = await findEndpoint(config, cluster);
      server.listen(where);
      await once(server, 'listening');
      logger.info(
        `cluster ${cluster.name}: the admission webhook listens on ${
          where.host ?? 'all addresses'
        }, port ${where.port}`,
      );
    } catch (error) {
      const message = `cluster ${cluster.name}: the admission webhook can't listen on port ${config.listen.port}: ${error}`;
      if (message !== said) {
        logger.warn(message);
      }
      said = message;
      await sleeper.sleep(backoff.next());
    }
  }
}
