import {
  APP_NETWORK_SIGNAL_CHANNEL,
  type AppNetworkSignal,
} from '@app-network/backstage-plugin-app-network-common';
import { useApiHolder } from '@backstage/core-plugin-api';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { useEffect, useRef } from 'react';

/**
 * Calls `refresh` when the backend signals a change.
 * `delayOf` says how long to gather further signals first, in milliseconds, or undefined for a signal that is of no interest;
 * a rollout signals many times a second and one refresh answers all of them.
 * Does nothing in a portal without the signals plugin.
 */
export function useSignalRefresh(
  delayOf: (signal: AppNetworkSignal) => number | undefined,
  refresh: () => void,
): void {
  const signals = useApiHolder().get(signalApiRef);
  const latest = useRef({ delayOf, refresh });
  latest.current = { delayOf, refresh };

  useEffect(() => {
    if (!signals) {
      return undefined;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    let due = Infinity;
    const { unsubscribe } = signals.subscribe<AppNetworkSignal>(
      APP_NETWORK_SIGNAL_CHANNEL,
      signal => {
        const delay = latest.current.delayOf(signal);
        if (delay === undefined || Date.now() + delay >= due) {
          return;
        }
        clearTimeout(timer);
        due = Date.now() + delay;
        timer = setTimeout(() => {
          due = Infinity;
          latest.current.refresh();
        }, delay);
      },
    );
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [signals]);
}
