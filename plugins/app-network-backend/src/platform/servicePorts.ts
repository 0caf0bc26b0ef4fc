import type { Service } from './addresses';
import { RELEASE_NAME } from './helmOwner';

/** A port of a Service, and the one of the pods behind it. */
export interface ServicePort {
  port: number;
  /** As a NetworkPolicy names it: a number, or the name of a container's port. */
  podPort: { protocol: string; port: number | string };
  /** Present where pods answer with TLS. */
  tls?: true;
}

/** The ports of a Service. */
export function servicePorts({ spec }: Service): ServicePort[] {
  return (spec?.ports ?? []).map(
    ({ name, appProtocol, port, targetPort, protocol = 'TCP' }) => ({
      port,
      podPort: { protocol, port: targetPort || port },
      ...(isHttps(appProtocol ?? name) ? { tls: true } : {}),
    }),
  );
}

/** How Istio tells, too: `appProtocol`, or the name up to a dash (Istio, "Protocol Selection"). */
function isHttps(protocol: string | undefined): boolean {
  return protocol?.split('-')[0]?.toLowerCase() === 'https';
}

/** The ports of the pods behind the Services that a Helm release made, each once; undefined where it made none. */
export function releasePorts(
  services: Service[],
  release: string,
): ServicePort['podPort'][] | undefined {
  const ports = services
    .filter(
      ({ metadata, spec }) =>
        metadata.annotations?.[RELEASE_NAME] === release &&
        // One without an address is for scrapers, such as NGINX's.
        !spec?.clusterIPs?.includes('None'),
    )
    .flatMap(servicePorts)
    .map(({ podPort }) => podPort)
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const unique = ports.filter(
    (port, i) => i === 0 || keyOf(port) !== keyOf(ports[i - 1]),
  );
  return unique.length > 0 ? unique : undefined;
}

function keyOf({ protocol, port }: ServicePort['podPort']): string {
  return `${protocol} ${String(port).padStart(5, '0')}`;
}
