import { isDeepStrictEqual } from 'node:util';
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  NETWORK_PLATFORM_NAME,
  type NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { OWN_NAMESPACE } from '../clusters/namespace';
import { source, startController } from '../engine/controller';
import { isDeleting } from '../engine/finalizer';
import { MANAGED_BY_SELECTOR } from '../engine/reconcileOwned';
import type { Cluster } from '../engine/types';
import { NETWORK_PLATFORM } from '../kinds';
import type { AdmissionConfig } from './config';
import { CERTIFICATE_TIMES, type CertificateTimes } from './identity';
import type { AdmissionObservation } from './observation';
import { ADMISSION_SECRET, secretInformer } from './secret';
import { createWebhook } from './webhook';
import {
  WEBHOOK_CONFIGURATION,
  type ValidatingWebhookConfiguration,
} from './webhookConfiguration';

export interface AdmissionControllerOptions {
  cluster: Cluster;
  /** Undefined where app-config has none. */
  config: AdmissionConfig | undefined;
  logger: LoggerService;
  /** Something else is observed than before. */
  onChange: () => void;
  /** Ends it. */
  signal: AbortSignal;
  /** Namespace of the Secret with the certificates, which exists; default: that of the lease. */
  namespace?: string;
  times?: AdmissionTimes;
}

export interface AdmissionTimes extends CertificateTimes {
  /** How often it is looked whether the API server reaches the webhook, in milliseconds. */
  probeMs: number;
  /** The same while it doesn't. */
  retryMs: number;
  /** How long it must not be reached before that is told: backends start, and API servers learn of a new configuration. */
  graceMs: number;
}

export const ADMISSION_TIMES: AdmissionTimes = {
  ...CERTIFICATE_TIMES,
  probeMs: 60_000,
  retryMs: 2_000,
  graceMs: 10_000,
};

/** The webhook of a cluster, as who holds its lease keeps it. */
export interface AdmissionController {
  /** Undefined where app-config has none. */
  observe(): AdmissionObservation | undefined;
  readonly stopped: Promise<void>;
}

/**
 * Keeps the certificates of a cluster's webhook, and the configuration by which the API server calls it. Both are there as long as app-config
 * asks for a webhook and the cluster has a platform, whose part it is.
 */
export function startAdmissionController(
  options: AdmissionControllerOptions,
): AdmissionController {
  const { cluster, config, logger, onChange, signal } = options;
  const platforms =
    cluster.informers.informer<NetworkPlatform>(NETWORK_PLATFORM);
  const configurations =
    cluster.informers.informer<ValidatingWebhookConfiguration>(
      WEBHOOK_CONFIGURATION,
      { labelSelector: MANAGED_BY_SELECTOR },
    );
  const secrets = secretInformer(cluster);
  const { namespace = OWN_NAMESPACE, times = ADMISSION_TIMES } = options;
  const webhook = createWebhook({
    cluster,
    configurations,
    secrets,
    namespace,
    times,
  });
  let observed: AdmissionObservation | undefined = config && {
    state: 'Pending',
    message: 'The admission webhook is being set up.',
  };
  let unreachableSince: number | undefined;

  const see = async (): Promise<AdmissionObservation | undefined> => {
    const platform = platforms.get(undefined, NETWORK_PLATFORM_NAME);
    if (config && !config.problem && platform && !isDeleting(platform)) {
      return webhook.keep(config);
    }
    await webhook.remove();
    return config?.problem
      ? { state: 'Failed', message: config.problem }
      : undefined;
  };

  const onAny = () => [NETWORK_PLATFORM_NAME];
  const controller = startController({
    name: `admission webhook of ${cluster.name}`,
    logger,
    reconciler: {
      async reconcile() {
        const seen = await see();
        const isUnreachable = seen?.state === 'Unreachable';
        unreachableSince = isUnreachable
          ? unreachableSince ?? Date.now()
          : undefined;
        const isTold =
          unreachableSince === undefined ||
          Date.now() >= unreachableSince + times.graceMs;
        if (isTold && !isDeepStrictEqual(seen, observed)) {
          observed = seen;
          onChange();
        }
        if (!seen) {
          return {};
        }
        return {
          requeueAfterMs:
            seen.state === 'Reachable'
              ? Math.min(times.probeMs, times.overlapMs)
              : times.retryMs,
        };
      },
    },
    sources: [
      source(platforms, onAny),
      source(configurations, onAny),
      // The informer has those of all certificates.
      source(secrets, ({ metadata }) =>
        metadata.name === ADMISSION_SECRET && metadata.namespace === namespace
          ? [NETWORK_PLATFORM_NAME]
          : [],
      ),
    ],
    concurrency: 1,
    signal,
  });
  // Where there is no platform something may be left of one.
  controller.enqueue(NETWORK_PLATFORM_NAME);
  return { observe: () => observed, stopped: controller.stopped };
}
