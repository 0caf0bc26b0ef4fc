import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  API_VERSION,
  customResourceDefinitions,
  NETWORK_PLATFORM_NAME,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { installCustomResourceDefinitions } from '../../engine/crds';
import {
  connectToTestCluster,
  eventually,
  takeDown,
  type TestConnection,
} from '../../testing/cluster';
import { readAdmission, type AdmissionConfig } from '../config';
import {
  startAdmissionController,
  type AdmissionController,
  type AdmissionTimes,
} from '../controller';
import { findEndpoint } from '../endpoint';
import { CERTIFICATE_TIMES } from '../identity';
import type { AdmissionObservation } from '../observation';
import { ADMISSION_SECRET, type AdmissionSecret } from '../secret';
import { serveAdmission } from '../server';
import type { AdmissionRequest } from '../types';
import {
  WEBHOOK_CONFIGURATION,
  WEBHOOK_CONFIGURATION_NAME,
  type ValidatingWebhookConfiguration,
} from '../webhookConfiguration';

/** Shorter than in the product, for what is waited for. */
const TIMES: AdmissionTimes = {
  ...CERTIFICATE_TIMES,
  // In X.509 and in metadata.managedFields a second is the least that is told.
  overlapMs: 4_000,
  probeMs: 500,
  retryMs: 200,
  graceMs: 1_000,
};

/** A hostname that the webhook of these tests refuses. */
export const REFUSED = 'refused.example.com';

export const PLATFORM = {
  apiVersion: API_VERSION,
  kind: 'NetworkPlatform',
  metadata: { name: NETWORK_PLATFORM_NAME },
};

const SILENT: LoggerService = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  child: () => SILENT,
};

/** A control plane of its own, and what backends do of admission on it. Call it in a `describe`; what it returns is there in tests. */
export function webhookTest(
  clusterName: string,
  parts?: Parameters<typeof connectToTestCluster>[2],
) {
  let connection: TestConnection;
  let namespace: string;
  let running: { stop(): Promise<void> }[] = [];
  const others: TestConnection[] = [];

  beforeAll(async () => {
    connection = await connectToTestCluster(() => {}, clusterName, parts);
    await installCustomResourceDefinitions(
      connection.cluster.client,
      customResourceDefinitions(),
      new AbortController().signal,
    );
  }, 900_000);

  beforeEach(async () => {
    namespace = await connection.createNamespace();
    await connection.cluster.client.apply(PLATFORM);
  });

  afterEach(async () => {
    await Promise.all(running.map(({ stop }) => stop()));
    running = [];
    await connection.cluster.client.delete(configurationRef);
    for (const kind of ['AppNetwork', 'NetworkPlatform']) {
      const kindRef = { apiVersion: API_VERSION, kind };
      for (const { metadata } of await connection.cluster.client.list(
        kindRef,
      )) {
        await connection.cluster.client.delete({ ...kindRef, ...metadata });
      }
    }
  });

  afterAll(async () => {
    await Promise.all(others.map(({ close }) => close()));
    await connection?.close();
    await takeDown(clusterName);
  });

  const configurationRef = {
    ...WEBHOOK_CONFIGURATION,
    name: WEBHOOK_CONFIGURATION_NAME,
  };
  const secretRef = () => ({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    name: ADMISSION_SECRET,
  });
  const client = () => connection.cluster.client;

  function start<T>(
    begin: (signal: AbortSignal) => T,
    stopped: (begun: T) => Promise<void>,
  ) {
    const end = new AbortController();
    const begun = begin(end.signal);
    const backend = {
      begun,
      async stop() {
        end.abort();
        await stopped(begun);
      },
    };
    running.push(backend);
    return backend;
  }

  return {
    client,
    configurationRef,
    secretRef,
    get namespace() {
      return namespace;
    },

    /** This machine as the API server sees it. */
    async host(): Promise<string> {
      const { hostname } = await findEndpoint(
        readAdmission({}, ''),
        connection.cluster,
      );
      return hostname;
    },

    /** What each backend does; another than the first has a connection of its own. */
    async serve(config: AdmissionConfig, isAnother = false) {
      const { cluster } = isAnother
        ? await connectToTestCluster(() => {}, clusterName).then(other => {
            others.push(other);
            return other;
          })
        : connection;
      return start(
        signal =>
          serveAdmission({
            ...{ cluster, config, namespace, signal },
            admit: refuseSome,
            logger: SILENT,
          }),
        served => served,
      );
    },

    /** Leads connections to ports, each to the next, as a Service does. Gives its own port. */
    async balance(ports: number[]): Promise<number> {
      let next = 0;
      const server = createServer(socket => {
        const target = connect(ports[next++ % ports.length], '127.0.0.1');
        socket.pipe(target).pipe(socket);
        socket.on('error', () => target.destroy());
        target.on('error', () => socket.destroy());
      }).listen(0);
      start(
        () => server,
        async () => {
          server.close();
        },
      );
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },

    /** What the backend does that holds the lease. */
    control(config?: AdmissionConfig) {
      return start<AdmissionController>(
        signal =>
          startAdmissionController({
            ...{ cluster: connection.cluster, config, namespace, signal },
            times: TIMES,
            logger: SILENT,
            onChange: () => {},
          }),
        ({ stopped }) => stopped,
      );
    },

    /** Waits until what is observed is in a state. */
    async observation(
      { begun }: { begun: AdmissionController },
      state: AdmissionObservation['state'],
    ): Promise<AdmissionObservation> {
      const look = () => begun.observe();
      return eventually(
        `admission ${state}`,
        () => look()?.state === state && look(),
      ).catch(error => {
        throw new Error(`${error.message}; it is ${JSON.stringify(look())}`);
      });
    },

    configuration: () =>
      client().get<ValidatingWebhookConfiguration>(configurationRef),
    secret: () => client().get<AdmissionSecret>(secretRef()),

    /** Writes an AppNetwork as a user does. */
    write: (
      name: string,
      hostname: string,
      metadata: Partial<KubernetesObject['metadata']> = {},
    ) =>
      client().apply(
        {
          apiVersion: API_VERSION,
          kind: 'AppNetwork',
          metadata: { namespace, name, ...metadata },
          spec: { hostnames: [hostname] },
        } as KubernetesObject,
        { fieldManager: 'user', force: true },
      ),
  };
}

function refuseSome({ object }: AdmissionRequest) {
  const { spec } = object as KubernetesObject & {
    spec?: { hostnames?: string[] };
  };
  return spec?.hostnames?.includes(REFUSED)
    ? { allowed: false, message: `spec.hostnames[0]: ${REFUSED} is refused` }
    : { allowed: true };
}

/**
 * Makes a TLS connection as the API server does, and gives the certificate's fingerprint.
 *
 * @param ca - PEM
 */
export async function shakeHands(
  where: { host: string; port: number },
  ca: string,
): Promise<string> {
  const socket = connectTls({ ...where, ca });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}

/** The CAs that the API server is told to trust, PEM. */
export function caBundle(
  configuration: ValidatingWebhookConfiguration | undefined,
): string {
  const [webhook] = configuration?.webhooks ?? [];
  return Buffer.from(webhook?.clientConfig.caBundle ?? '', 'base64').toString();
}
