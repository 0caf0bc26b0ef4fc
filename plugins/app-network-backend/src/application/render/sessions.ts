import { createHash } from 'node:crypto';
import type { Route } from './routes';

/** Cookie affinity as a rule asks for it. */
export type Session = NonNullable<Route['sessionPersistence']>;

/**
 * The different cookies that routes to a Service ask for, in an order of their own. Istio ties affinity to a destination, not to a route, so
 * each becomes a subset of the Service with all of its pods.
 */
export function sessionsOf(
  routes: readonly Route[],
  service: string,
): Session[] {
  const sessions = new Map(
    routes
      .filter(({ backends }) =>
        backends.some(backend => backend.service === service),
      )
      .flatMap(({ sessionPersistence }) =>
        sessionPersistence
          ? [[sessionKey(sessionPersistence), sessionPersistence] as const]
          : [],
      ),
  );
  return [...sessions.keys()].sort().flatMap(key => sessions.get(key) ?? []);
}

/**
 * Name of the subset for a cookie. It is made from what it stands for, because Istio merges the subsets of all DestinationRules of a Service by
 * their names, those of other AppNetworks too.
 */
export function sessionSubset(session: Session): string {
  const hash = createHash('sha256').update(sessionKey(session)).digest('hex');
  return `session-${hash.slice(0, 8)}`;
}

function sessionKey({ sessionName, path, absoluteTimeout }: Session): string {
  return JSON.stringify([sessionName, path, absoluteTimeout]);
}
