import type { ObjectRef } from '@app-network/backstage-plugin-app-network-common';
import { isDeepStrictEqual } from 'node:util';
import { describe, isManaged } from '../engine/objects';
import { reconcileOwned } from '../engine/reconcileOwned';
import type { Cluster, Informer } from '../engine/types';
import type { AdmissionConfig } from './config';
import { findEndpoint } from './endpoint';
import { nextIdentity, type CertificateTimes, type Identity } from './identity';
import type { AdmissionObservation } from './observation';
import { advice, probeWebhook, type ProbeResult } from './probe';
import {
  ADMISSION_OWNER,
  ADMISSION_SECRET,
  identityOf,
  secretOf,
  type AdmissionSecret,
} from './secret';
import {
  trustedSince,
  validatesBy,
  webhookConfiguration,
  WEBHOOK_CONFIGURATION,
  WEBHOOK_CONFIGURATION_NAME,
  type ClientConfig,
  type ValidatingWebhookConfiguration,
} from './webhookConfiguration';

/** A webhook's objects in a cluster. */
export interface Webhook {
  /** Brings them to what they should be, and has the API server call the webhook. */
  keep(config: AdmissionConfig): Promise<AdmissionObservation>;
  /** Removes them. */
  remove(): Promise<void>;
}

export function createWebhook(options: {
  cluster: Cluster;
  configurations: Informer<ValidatingWebhookConfiguration>;
  secrets: Informer<AdmissionSecret>;
  namespace: string;
  times: CertificateTimes;
}): Webhook {
  const { cluster, configurations, secrets, namespace, times } = options;
  const { client } = cluster;
  const secretRef = {
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    name: ADMISSION_SECRET,
  };
  /** As it was last here, should somebody delete the Secret. */
  let known: Identity | undefined;
  /** Where the API server has reached the webhook. */
  let reached: ClientConfig | undefined;

  const live = () => configurations.get(undefined, WEBHOOK_CONFIGURATION_NAME);
  const findSecret = async () =>
    secrets.get(namespace, ADMISSION_SECRET) ??
    (await client.get<AdmissionSecret>(secretRef));

  const keepIdentity = async (
    secret: AdmissionSecret | undefined,
    hostname: string,
  ): Promise<Identity> => {
    const current = identityOf(secret);
    const identity = await nextIdentity(current ?? known, {
      hostname,
      now: new Date(),
      trustedSince: authority => trustedSince(live(), authority),
      // To delete the Secret is how to ask for new keys.
      replaceAuthority: current === undefined,
      times,
    });
    if (!isDeepStrictEqual(identity, current)) {
      const desired = secretOf(namespace, identity);
      await (secret
        ? client.replace({
            ...desired,
            metadata: {
              ...desired.metadata,
              resourceVersion: secret.metadata.resourceVersion,
            },
          })
        : client.create(desired));
    }
    known = identity;
    return identity;
  };

  const reconcileConfiguration = (desired: ValidatingWebhookConfiguration[]) =>
    reconcileOwned(cluster, {
      owner: { name: ADMISSION_OWNER },
      kinds: [WEBHOOK_CONFIGURATION],
      desired,
    });

  return {
    async keep(config) {
      const secret = await findSecret();
      if (secret && !isManaged(secret)) {
        return nameTaken(secretRef);
      }
      const { clientConfig, hostname } = await findEndpoint(config, cluster);
      const { authorities } = await keepIdentity(secret, hostname);
      // One that nobody has reached would hold up every write, and with failurePolicy Fail refuse it.
      const isTrusty =
        isDeepStrictEqual(reached, clientConfig) ||
        validatesBy(live(), clientConfig);
      const configure = (validates: boolean) =>
        reconcileConfiguration([
          webhookConfiguration({
            clientConfig,
            authorities,
            config,
            validates,
          }),
        ]);
      const { conflicts, failures } = await configure(isTrusty);
      if (conflicts.length > 0) {
        return nameTaken(conflicts[0].ref);
      }
      if (failures.length > 0) {
        return { state: 'Failed', message: failures[0].message };
      }
      const result = await probeWebhook(client, namespace);
      if (result.state === 'Reachable') {
        reached = clientConfig;
        if (!isTrusty) {
          await configure(true);
        }
      }
      return observationOf(result, clientConfig, config);
    },

    async remove() {
      known = undefined;
      reached = undefined;
      const { failures } = await reconcileConfiguration([]);
      if (failures.length > 0) {
        throw new Error(failures[0].message);
      }
      const secret = secrets.get(namespace, ADMISSION_SECRET);
      if (secret) {
        await client.delete(secretRef, { uid: secret.metadata.uid });
      }
    },
  };
}

function nameTaken(ref: ObjectRef): AdmissionObservation {
  return {
    state: 'Failed',
    message: `${describe(
      ref,
    )} belongs to somebody else and is left alone: remove it, so that the admission webhook can have its own.`,
  };
}

function observationOf(
  result: ProbeResult,
  clientConfig: ClientConfig,
  { failurePolicy }: AdmissionConfig,
): AdmissionObservation {
  const where =
    'url' in clientConfig
      ? clientConfig.url
      : `Service ${clientConfig.service.namespace}/${clientConfig.service.name}, port ${clientConfig.service.port}`;
  switch (result.state) {
    case 'Reachable':
      return {
        state: 'Reachable',
        message: `The API server asks the admission webhook at ${where} before it takes an AppNetwork or a NetworkPlatform. Without an answer it ${
          failurePolicy === 'Fail' ? 'refuses' : 'takes'
        } them (failurePolicy ${failurePolicy}).`,
      };
    case 'NotCalled':
      return {
        state: 'Unreachable',
        message: `The API server does not ask the admission webhook, although ${WEBHOOK_CONFIGURATION.kind} ${WEBHOOK_CONFIGURATION_NAME} says so: see whether its admission plugin ValidatingAdmissionWebhook is on.`,
      };
    case 'Unreachable':
      return {
        state: 'Unreachable',
        message: `The API server can't call the admission webhook at ${where}: ${
          result.message
        }. ${advice(result.message)}`,
      };
    default:
      return {
        state: 'Unreachable',
        message: `Whether the API server reaches the admission webhook at ${where} can't be tried: ${result.message}`,
      };
  }
}
