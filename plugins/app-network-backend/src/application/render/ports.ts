import type { Route } from './routes';

/**
 * Ports of the pods that the ingress gateway calls, in order. Undefined where they can't all be told, because a Service names one that only
 * its pods know.
 */
export function gatewayPorts(routes: readonly Route[]): number[] | undefined {
  const ports = routes
    .flatMap(({ backends }) => backends)
    .map(({ targetPort }) => targetPort);
  const known = ports.filter(port => port !== undefined);
  return known.length === ports.length && known.length > 0
    ? sortedPorts(known)
    : undefined;
}

/** Each port once, in order. */
export function sortedPorts(ports: readonly number[]): number[] {
  return [...new Set(ports)].sort((one, other) => one - other);
}
