import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { ClusterFacts } from '../clusterFacts';
import {
  ingressNginxNamespace,
  INGRESS_NGINX_SERVICE,
  NGINX_CLASS,
} from '../components/ingressNginx';

/** What serves Ingresses. */
export interface IngressController {
  /** nginx and istio: run by the platform. existing: an IngressClass that was there already, whose controller is somebody else's. */
  kind: 'nginx' | 'istio' | 'existing';
  className: string;
  /** The Service that clients come to; undefined where it isn't known, or is that of the ingress gateway. */
  service: { namespace: string; name: string } | undefined;
}

/** The IngressClass of Istio's gateway, and how the class names it (Istio, "Ingress" task). */
export const ISTIO_CLASS = 'istio';
export const ISTIO_CONTROLLER = 'istio.io/ingress-controller';

/** Name of the IngressClass that serves system components. */
export function ingressClassName(spec: NetworkPlatformSpec): string {
  return spec.ingressController ?? NGINX_CLASS;
}

/** What serves system components, as the spec chooses; a class that somebody else made is used as it is. */
export function ingressController(
  spec: NetworkPlatformSpec,
  { ingressClass }: Pick<ClusterFacts, 'ingressClass'>,
): IngressController {
  const className = ingressClassName(spec);
  if (className === ISTIO_CLASS) {
    return { kind: 'istio', className, service: undefined };
  }
  if (className === NGINX_CLASS && (!ingressClass || ingressClass.ours)) {
    return {
      kind: 'nginx',
      className,
      service: {
        namespace: ingressNginxNamespace(spec),
        name: INGRESS_NGINX_SERVICE,
      },
    };
  }
  return { kind: 'existing', className, service: undefined };
}
