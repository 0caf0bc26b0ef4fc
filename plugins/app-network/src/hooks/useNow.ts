import { useEffect, useReducer } from 'react';

/**
 * The time of this rendering, which is repeated every `interval` milliseconds, so that "5 minutes ago" stays true while the page is open
 * and what has just arrived is not ahead of it.
 */
export function useNow(interval: number): Date {
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(renderAgain, interval);
    return () => clearInterval(timer);
  }, [interval]);
  return new Date();
}
