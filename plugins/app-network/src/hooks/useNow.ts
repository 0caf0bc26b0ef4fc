import { useEffect, useState } from 'react';

/** The time, again every `interval` milliseconds, so that "5 minutes ago" stays true while the page is open. */
export function useNow(interval: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}
