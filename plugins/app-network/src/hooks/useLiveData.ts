import { useCallback } from 'react';
import useSWR from 'swr';
import { describeError } from '../status/describeError';

/** The last answer, and what went wrong since, if anything did: both are shown. */
export interface LiveData<T> {
  data: T | undefined;
  error: unknown;
  isLoading: boolean;
  refresh: () => void;
}

/** While something is on its way: short, as signals may not be there. */
export const BUSY_INTERVAL = 5_000;
/** When all is well. */
export const CALM_INTERVAL = 30_000;

/**
 * Asks the backend, and again by the interval that the answer calls for. A failed call is repeated with growing pauses,
 * unless repeating cannot help; meanwhile the last answer stays.
 */
export function useLiveData<T>(
  key: string,
  load: () => Promise<T>,
  intervalOf: (data: T) => number,
): LiveData<T> {
  const { data, error, isLoading, mutate } = useSWR<T, unknown>(
    `app-network:${key}`,
    load,
    {
      refreshInterval: latest => (latest ? intervalOf(latest) : BUSY_INTERVAL),
      shouldRetryOnError: cause => describeError(cause).retryable,
      revalidateIfStale: true,
      keepPreviousData: false,
    },
  );
  const refresh = useCallback(() => {
    // A rejection is in `error` already.
    mutate().catch(() => {});
  }, [mutate]);
  return { data, error, isLoading, refresh };
}
