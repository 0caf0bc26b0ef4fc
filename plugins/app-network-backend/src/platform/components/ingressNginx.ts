import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { ClusterFacts } from '../clusterFacts';
import { PROFILES, TESTED_VERSIONS } from './profiles';
import { releaseOf } from './release';
import { spreadOverNodes } from './spread';
import type { HelmRelease } from './types';

/** Name of the release, which names its objects too: Deployment and Service `nginx-ingress-controller`, service account `nginx-ingress`. */
export const INGRESS_NGINX = 'nginx-ingress';
export const INGRESS_NGINX_SERVICE = `${INGRESS_NGINX}-controller`;

/** Name and controller of the IngressClass that the chart brings. */
export const NGINX_CLASS = 'nginx';
export const NGINX_CONTROLLER = 'nginx.org/ingress-controller';

export function ingressNginxNamespace(spec: NetworkPlatformSpec): string {
  return spec.components?.ingressNginx?.namespace ?? 'nginx-ingress';
}

/** F5's NGINX Ingress Controller (nginx/kubernetes-ingress), which serves system components unless the spec chooses something else. */
export function ingressNginxReleases(
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
): HelmRelease[] {
  const wanted = spec.components?.ingressNginx ?? {};
  const { replicas, resources } = PROFILES[spec.profile ?? 'development'];
  const chosen = (spec.ingressController ?? 'nginx') === 'nginx';
  const classIsTaken = facts.ingressClass && !facts.ingressClass.ours;
  const meshed = nginxIsMeshed(spec, facts);
  return [
    releaseOf({
      component: 'ingressNginx',
      release: INGRESS_NGINX,
      namespace: ingressNginxNamespace(spec),
      enabled: wanted.enabled ?? (chosen && !classIsTaken),
      chart: 'nginx-ingress',
      schemaIsRemote: true,
      upstream: { oci: 'oci://ghcr.io/nginx/charts/nginx-ingress' },
      source: wanted.chart,
      version: wanted.version ?? TESTED_VERSIONS.ingressNginx,
      profileValues: {
        controller: {
          replicaCount: replicas.ingressNginx,
          ...(resources.gateway ? { resources: resources.gateway } : {}),
          telemetryReporting: { enable: false },
          readOnlyRootFilesystem: true,
          // Off in NGINX unless it is asked for.
          config: { entries: { http2: 'true' } },
          // Without it a rolling restart loses the requests that come in between the end of a pod and the news of it.
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
          // Every node answers, whichever the pods are on.
          service: { externalTrafficPolicy: 'Cluster' },
          ...(replicas.ingressNginx > 1
            ? {
                podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
                affinity: spreadOverNodes(INGRESS_NGINX),
              }
            : {}),
          pod: meshed ? IN_THE_MESH : {},
        },
      },
      userValues: wanted.values,
      needs: meshed ? ['istiod'] : [],
    }),
  ];
}

/** Whether NGINX has a sidecar: wherever there is a mesh. */
export function nginxIsMeshed(
  spec: NetworkPlatformSpec,
  { existing }: ClusterFacts,
): boolean {
  return (
    (spec.components?.istio?.enabled ?? true) || existing.istio !== undefined
  );
}

/**
 * With a sidecar NGINX reaches meshed components over mutual TLS. Clients are not in the mesh, so that what comes in passes the sidecar by
 * (Istio, annotation traffic.sidecar.istio.io/includeInboundPorts); otherwise they would be asked for a certificate of the mesh.
 */
const IN_THE_MESH = {
  extraLabels: { 'sidecar.istio.io/inject': 'true' },
  annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '' },
};
