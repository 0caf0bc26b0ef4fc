import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { JsonObject } from '@backstage/types';
import { PROFILES, TESTED_VERSIONS } from './profiles';
import { releaseOf } from './release';
import { spreadOverNodes } from './spread';
import type { HelmRelease } from './types';

/** Names of the gateways' releases, which name their Deployments, Services and service accounts too. */
export const INGRESS_GATEWAY = 'istio-ingressgateway';
export const EGRESS_GATEWAY = 'istio-egressgateway';

const UPSTREAM = {
  repository: 'https://istio-release.storage.googleapis.com/charts',
};

/** Has Istio serve Ingresses of its class, and no others, by the ingress gateway (istio.mesh.v1alpha1.MeshConfig). */
const SERVES_INGRESSES: JsonObject = {
  ingressControllerMode: 'STRICT',
  ingressClass: 'istio',
  ingressService: INGRESS_GATEWAY,
  ingressSelector: INGRESS_GATEWAY.replace(/^istio-/, ''),
};

type Istio = NonNullable<
  NonNullable<NetworkPlatformSpec['components']>['istio']
>;

/** Where istiod is unless the spec says otherwise: the mesh's root namespace, whose policies are the whole mesh's. */
export function istioNamespace(spec: NetworkPlatformSpec): string {
  return spec.components?.istio?.namespace ?? 'istio-system';
}

/** Where the ingress gateway is: beside istiod unless the spec says otherwise. */
export function ingressGatewayNamespace(spec: NetworkPlatformSpec): string {
  return (
    spec.components?.istio?.ingressGateway?.namespace ?? istioNamespace(spec)
  );
}

/** Where the egress gateway is: beside istiod unless the spec says otherwise. Undefined where there is none. */
export function egressGatewayNamespace(
  spec: NetworkPlatformSpec,
): string | undefined {
  const { enabled = true, egressGateway } = spec.components?.istio ?? {};
  const { egressGateway: byDefault } =
    PROFILES[spec.profile ?? 'development'].enabled;
  return enabled && (egressGateway?.enabled ?? byDefault)
    ? egressGateway?.namespace ?? istioNamespace(spec)
    : undefined;
}

/** Istio's trust domain, first part of its identities. */
export function trustDomain(spec: NetworkPlatformSpec): string {
  const chosen = meshConfig(spec).trustDomain;
  return typeof chosen === 'string' && chosen ? chosen : 'cluster.local';
}

/** Whether sidecars refuse calls to hosts that nobody has declared; they let them out by default (istio.mesh.v1alpha1.MeshConfig). */
export function refusesUndeclaredHosts(spec: NetworkPlatformSpec): boolean {
  const policy = meshConfig(spec).outboundTrafficPolicy as
    | JsonObject
    | undefined;
  return policy?.mode === 'REGISTRY_ONLY';
}

function meshConfig(spec: NetworkPlatformSpec): JsonObject {
  const values = (spec.components?.istio?.values ?? {}) as JsonObject;
  return (values.meshConfig ?? {}) as JsonObject;
}

/** Istio: its kinds, the control plane, and the gateways. */
export function istioReleases(spec: NetworkPlatformSpec): HelmRelease[] {
  const istio: Istio = spec.components?.istio ?? {};
  const enabled = istio.enabled ?? true;
  const profile = PROFILES[spec.profile ?? 'development'];
  const { replicas, resources } = profile;
  const namespace = istioNamespace(spec);
  const version = istio.version ?? TESTED_VERSIONS.istio;
  const common = { component: 'istio', version, upstream: UPSTREAM } as const;
  return [
    releaseOf({
      ...common,
      release: 'istio-base',
      namespace,
      enabled,
      chart: 'base',
      source: istio.charts?.base,
      profileValues: { global: { istioNamespace: namespace } },
      userValues: undefined,
      needs: [],
    }),
    releaseOf({
      ...common,
      release: 'istiod',
      namespace,
      enabled,
      chart: 'istiod',
      source: istio.charts?.istiod,
      profileValues: {
        ...(spec.ingressController === 'istio'
          ? { meshConfig: SERVES_INGRESSES }
          : {}),
        replicaCount: replicas.istiod,
        ...(replicas.istiod > 1
          ? { affinity: spreadOverNodes('istiod', 'app') }
          : {}),
        autoscaleEnabled: false,
        ...(resources.istiod ? { resources: resources.istiod } : {}),
        global: {
          istioNamespace: namespace,
          // A budget for a single pod would only keep its node from being drained.
          defaultPodDisruptionBudget: { enabled: replicas.istiod > 1 },
          ...(resources.sidecar
            ? { proxy: { resources: resources.sidecar } }
            : {}),
        },
      },
      userValues: istio.values,
      needs: ['istio-base'],
      // It takes up each kind when that appears (istio.io/istio/pkg/kube/kclient, NewDelayedInformer).
      comesUpWithout: ['istio-base'],
    }),
    gateway(INGRESS_GATEWAY, istio.ingressGateway, {
      enabled: enabled && (istio.ingressGateway?.enabled ?? true),
      replicas: replicas.ingressGateway,
      service: {
        type: istio.ingressGateway?.service?.type ?? 'LoadBalancer',
        annotations: istio.ingressGateway?.service?.annotations ?? {},
      },
    }),
    gateway(EGRESS_GATEWAY, istio.egressGateway, {
      enabled: egressGatewayNamespace(spec) !== undefined,
      replicas: replicas.egressGateway,
      service: { type: 'ClusterIP' },
    }),
  ];

  function gateway(
    release: string,
    wanted: Istio['egressGateway'],
    defaults: { enabled: boolean; replicas: number; service: JsonObject },
  ): HelmRelease {
    return releaseOf({
      ...common,
      release,
      namespace: wanted?.namespace ?? namespace,
      enabled: defaults.enabled,
      chart: 'gateway',
      source: istio.charts?.gateway,
      profileValues: {
        replicaCount: wanted?.replicas ?? defaults.replicas,
        // The number of pods is the spec's, so that it is what it says.
        autoscaling: { enabled: false },
        ...((wanted?.replicas ?? defaults.replicas) > 1
          ? { podDisruptionBudget: { maxUnavailable: 1 } }
          : {}),
        service: defaults.service,
        ...((wanted?.replicas ?? defaults.replicas) > 1
          ? { affinity: spreadOverNodes(release, 'app') }
          : {}),
        ...(resources.gateway ? { resources: resources.gateway } : {}),
      },
      userValues: wanted?.values,
      needs: ['istiod'],
    });
  }
}
