import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  NETWORK_PLATFORM_NAME,
  OWNER_LABEL,
  type KubernetesObject,
  type NetworkPlatformSpec,
  type SystemComponent,
} from '@app-network/backstage-plugin-app-network-common';
import type { ICertificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import type { IGateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1';
import type {
  V1IngressClassSpec,
  V1IngressSpec,
} from '@kubernetes/client-node';
import type { KindRef } from '../../engine/types';
import { mayAskOverHttp } from '../certificates/http01';
import type { ClusterFacts } from '../clusterFacts';
import {
  INGRESS_NGINX,
  ingressNginxNamespace,
  NGINX_CONTROLLER,
  nginxIsMeshed,
} from '../components/ingressNginx';
import { INGRESS_GATEWAY, ingressGatewayNamespace } from '../components/istio';
import type { PlatformObject } from '../render/render';
import {
  hostnameProblem,
  placeholderHostname,
  systemHostname,
} from './hostname';
import {
  ingressController,
  ISTIO_CLASS,
  ISTIO_CONTROLLER,
  type IngressController,
} from './ingressController';

const INGRESS = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
} as const satisfies KindRef;

const INGRESS_CLASS = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
} as const satisfies KindRef;

const VIRTUAL_SERVICE = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
} as const satisfies KindRef;

const GATEWAY = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
} as const satisfies KindRef;

/** Kinds that system components become. */
export const SYSTEM_COMPONENT_KINDS: KindRef[] = [
  INGRESS,
  INGRESS_CLASS,
  VIRTUAL_SERVICE,
  GATEWAY,
];

/** What serves the system components that ask for it: an Ingress with a certificate for each, and what its controller needs besides. */
export function renderSystemComponents(
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
): PlatformObject[] {
  const controller = ingressController(spec, facts);
  return [
    ...ingressClass(controller, facts),
    ...(spec.systemComponents ?? []).flatMap(component =>
      served(spec, facts, controller, component),
    ),
  ];
}

/** NGINX's chart brings its class; that of Istio's gateway is made by whoever wants it. */
function ingressClass(
  { kind }: IngressController,
  facts: ClusterFacts,
): PlatformObject[] {
  if (kind !== 'istio' || (facts.ingressClass && !facts.ingressClass.ours)) {
    return [];
  }
  const object = {
    ...INGRESS_CLASS,
    metadata: { name: ISTIO_CLASS },
    spec: { controller: ISTIO_CONTROLLER },
  } satisfies KubernetesObject & { spec: V1IngressClassSpec };
  return [{ object, needs: [INGRESS_GATEWAY] }];
}

function served(
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
  controller: IngressController,
  component: SystemComponent,
): PlatformObject[] {
  const { ingress } = component;
  if (!ingress || hostnameProblem(spec, component)) {
    return [];
  }
  const hostname = systemHostname(spec, component, facts);
  const needs = NEEDS[controller.kind];
  const objects: PlatformObject[] = [
    {
      object: renderIngress(
        controller,
        component,
        ingress,
        hostname,
        annotations(spec, facts, controller, component),
      ),
      needs,
    },
  ];
  if (hostname) {
    objects.push({
      object: renderCertificate(spec, facts, controller, component, hostname),
      needs: ['cert-manager'],
    });
  }
  if (hostname && callsThroughSidecar(spec, facts, controller, component)) {
    objects.push({
      object: renderMeshRoute(spec, component, ingress, hostname),
      needs: ['istiod'],
    });
  }
  if (hostname && controller.kind === 'istio') {
    objects.push(
      ...[renderRedirectRoute, renderRedirect].map(render => ({
        object: render(spec, component, hostname),
        needs: [INGRESS_GATEWAY],
      })),
    );
  }
  return objects;
}

const NEEDS: Record<IngressController['kind'], string[]> = {
  nginx: [INGRESS_NGINX],
  istio: [INGRESS_GATEWAY],
  existing: [],
};

/**
 * Whether NGINX calls a component through its sidecar, which then decides for each pod whether to use mutual TLS. So it does for components
 * outside the mesh too, for otherwise one that is just leaving it would refuse what NGINX sends. A Service without an address of its own can
 * only be called by pod.
 */
function callsThroughSidecar(
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
  { kind }: IngressController,
  { namespace, ingress }: SystemComponent,
): boolean {
  return (
    kind === 'nginx' &&
    nginxIsMeshed(spec, facts) &&
    !facts.headlessServices.includes(`${namespace}/${ingress?.service}`)
  );
}

/**
 * What NGINX is told of the Service (F5, "Advanced configuration with Annotations"). With a sidecar it calls the Service's own address, for
 * the sidecar passes by what goes to pods' addresses; and one that answers with TLS it calls so.
 */
function annotations(
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
  controller: IngressController,
  component: SystemComponent,
): Record<string, string> {
  const { namespace, ingress } = component;
  const isNginx =
    controller.kind === 'nginx' ||
    facts.ingressClass?.controller === NGINX_CONTROLLER;
  const tls = facts.systemServices[`${namespace}/${ingress?.service}`]?.some(
    port => port.port === ingress?.port && port.tls,
  );
  return {
    ...(callsThroughSidecar(spec, facts, controller, component)
      ? { 'nginx.org/use-cluster-ip': 'true' }
      : {}),
    ...(isNginx && tls && ingress
      ? { 'nginx.org/ssl-services': ingress.service }
      : {}),
  };
}

/** The Ingress of a component. NGINX redirects to HTTPS by itself where there is TLS. */
function renderIngress(
  { className }: IngressController,
  component: SystemComponent,
  ingress: NonNullable<SystemComponent['ingress']>,
  hostname: string | undefined,
  annotated: Record<string, string>,
): KubernetesObject & { spec: V1IngressSpec } {
  const { namespace, name } = component;
  return {
    ...INGRESS,
    metadata: {
      namespace,
      name,
      ...(Object.keys(annotated).length > 0 ? { annotations: annotated } : {}),
    },
    spec: {
      ingressClassName: className,
      ...(hostname
        ? {
            tls: [
              {
                hosts: [hostname],
                secretName: systemCertificateName(component),
              },
            ],
          }
        : {}),
      rules: [
        {
          host: hostname ?? placeholderHostname(component),
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: {
                  service: {
                    name: ingress.service,
                    port: { number: ingress.port },
                  },
                },
              },
            ],
          },
        },
      ],
    },
  };
}

/** Names of a component's objects in its namespace, by kind; its certificate may be elsewhere. */
export function systemObjectNames({
  name,
}: Pick<SystemComponent, 'name'>): Record<string, string> {
  const route = routeName(name);
  return { Ingress: name, VirtualService: route, Gateway: route };
}

/** Apart from the name of an AppNetwork, whose objects of the same kinds are named after it. */
function routeName(name: string): string {
  return `system-${name}`;
}

/** Name of a component's Certificate and of its Secret; a dot parts the names, because no namespace holds one. */
export function systemCertificateName({
  namespace,
  name,
}: Pick<SystemComponent, 'namespace' | 'name'>): string {
  return `system.${namespace}.${name}-tls`;
}

/** Where a component's certificate is: beside its Ingress, but Istio reads those of Ingresses beside its gateway. */
export function systemCertificateNamespace(
  spec: NetworkPlatformSpec,
  { kind }: IngressController,
  { namespace }: SystemComponent,
): string {
  return kind === 'istio' ? ingressGatewayNamespace(spec) : namespace;
}

function renderCertificate(
  spec: NetworkPlatformSpec,
  { issuer }: ClusterFacts,
  controller: IngressController,
  component: SystemComponent,
  hostname: string,
): ICertificate & KubernetesObject {
  const name = systemCertificateName(component);
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: {
      namespace: systemCertificateNamespace(spec, controller, component),
      name,
    },
    spec: {
      secretName: name,
      // cert-manager leaves a Secret behind; with the labels it is found and goes with the component.
      secretTemplate: {
        labels: {
          [MANAGED_BY_LABEL]: MANAGED_BY,
          [OWNER_LABEL]: NETWORK_PLATFORM_NAME,
        },
      },
      dnsNames: [hostname],
      issuerRef: issuer,
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      usages: ['digital signature', 'server auth'],
    },
  };
}

/** Tells NGINX's sidecar where requests for the outside name go, for it routes by the Host and knows those of Services alone. */
function renderMeshRoute(
  spec: NetworkPlatformSpec,
  { namespace, name }: SystemComponent,
  { service, port }: NonNullable<SystemComponent['ingress']>,
  hostname: string,
): IVirtualService & KubernetesObject {
  return {
    ...VIRTUAL_SERVICE,
    metadata: { namespace, name: routeName(name) },
    spec: {
      hosts: [hostname],
      gateways: ['mesh'],
      exportTo: [ingressNginxNamespace(spec)],
      http: [
        {
          route: [
            {
              destination: {
                host: `${service}.${namespace}.svc.cluster.local`,
                port: { number: port },
              },
            },
          ],
        },
      ],
    },
  };
}

/**
 * Istio answers Ingresses over HTTP too; a server for the same hostname that redirects wins over that. Where an ACME server may ask for proof
 * there, the redirect is left to a route.
 */
function renderRedirect(
  spec: NetworkPlatformSpec,
  { namespace, name }: SystemComponent,
  hostname: string,
): IGateway & KubernetesObject {
  return {
    ...GATEWAY,
    metadata: { namespace, name: routeName(name) },
    spec: {
      selector: { istio: INGRESS_GATEWAY.replace(/^istio-/, '') },
      servers: [
        {
          port: { name: 'http', number: 80, protocol: 'HTTP' },
          // Without a namespace before it, for so Istio finds it again (buildGatewayHTTPRouteConfig).
          hosts: [hostname],
          tls: { httpsRedirect: !mayAskOverHttp(spec) },
        },
      ],
    },
  };
}

/**
 * The redirect as a route, which is there always, so that nothing is served over HTTP when the Gateway leaves the redirect to it. Its regular
 * expression is for every path and yet, unlike a prefix, none that istiod puts last: it is tried before the Ingress's own route for every path,
 * and after the route that the Ingress of a solver has for one, because istiod takes Ingresses first (sortConfigByCreationTime; they have no
 * time). Were it otherwise, the ACME server would be redirected too.
 */
function renderRedirectRoute(
  spec: NetworkPlatformSpec,
  { namespace, name }: SystemComponent,
  hostname: string,
): IVirtualService & KubernetesObject {
  return {
    ...VIRTUAL_SERVICE,
    metadata: { namespace, name: routeName(name) },
    spec: {
      hosts: [hostname],
      gateways: [`${namespace}/${routeName(name)}`],
      exportTo: [ingressGatewayNamespace(spec)],
      http: [
        { match: [{ uri: { regex: '/.*' } }], redirect: { scheme: 'https' } },
      ],
    },
  };
}
