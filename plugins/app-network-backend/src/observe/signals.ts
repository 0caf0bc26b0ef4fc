import {
  API_VERSION,
  APP_NETWORK_SIGNAL_CHANNEL,
  type AppNetworkSignal,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { SignalsService } from '@backstage/plugin-signals-node';
import { objectKey } from '../engine/objects';
import type { Cluster } from '../engine/types';

/** Changes of one object within this time are told once: while it settles, its status changes many times a second. */
const DEBOUNCE_MS = 200;

/**
 * Tells the portals when an AppNetwork or a NetworkPlatform of a cluster changes, so that what they show is as of now. Only names are told;
 * whoever may read the object reads it again.
 */
export function signalChanges(
  cluster: Cluster,
  options: { signals: SignalsService; logger: LoggerService },
  signal: AbortSignal,
): void {
  const { signals, logger } = options;
  const pending = new Map<string, NodeJS.Timeout>();

  const tell = (message: AppNetworkSignal) =>
    signals
      .publish<AppNetworkSignal>({
        recipients: { type: 'broadcast' },
        channel: APP_NETWORK_SIGNAL_CHANNEL,
        message,
      })
      .catch(error =>
        logger.warn(`a change in ${cluster.name} was not told: ${error}`),
      );

  const follow = (kind: AppNetworkSignal['kind']) =>
    cluster.informers
      .informer<KubernetesObject>({ apiVersion: API_VERSION, kind })
      .onChange(object => {
        const key = object && `${kind} ${objectKey(object)}`;
        if (!key || pending.has(key)) {
          return;
        }
        const { namespace, name } = object.metadata;
        pending.set(
          key,
          setTimeout(() => {
            pending.delete(key);
            void tell({ cluster: cluster.name, kind, namespace, name });
          }, DEBOUNCE_MS),
        );
      });

  const stops = [follow('AppNetwork'), follow('NetworkPlatform')];
  signal.addEventListener(
    'abort',
    () => {
      stops.forEach(stop => stop());
      pending.forEach(timer => clearTimeout(timer));
    },
    { once: true },
  );
}
