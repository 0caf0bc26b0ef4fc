import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { JsonObject } from '@backstage/types';
import { releaseOf } from './release';
import { PROFILES, TESTED_VERSIONS } from './profiles';
import { spreadOverNodes } from './spread';
import type { HelmRelease } from './types';

/** Where cert-manager is unless the spec says otherwise; also where it looks for the Secrets of ClusterIssuers. */
export function certManagerNamespace(spec: NetworkPlatformSpec): string {
  return spec.components?.certManager?.namespace ?? 'cert-manager';
}

/** cert-manager, which issues certificates. */
export function certManagerReleases(spec: NetworkPlatformSpec): HelmRelease[] {
  const wanted = spec.components?.certManager ?? {};
  const replicaCount =
    PROFILES[spec.profile ?? 'development'].replicas.certManager;
  const pods = (part: string): JsonObject => ({
    replicaCount,
    ...(replicaCount > 1
      ? {
          podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
          affinity: spreadOverNodes(part, 'app.kubernetes.io/component'),
        }
      : {}),
  });
  return [
    releaseOf({
      component: 'certManager',
      release: 'cert-manager',
      namespace: certManagerNamespace(spec),
      enabled: wanted.enabled ?? true,
      chart: 'cert-manager',
      upstream: { oci: 'oci://quay.io/jetstack/charts/cert-manager' },
      source: wanted.chart,
      version: wanted.version ?? TESTED_VERSIONS.certManager,
      profileValues: {
        // Kept when the release is removed, because with them all certificates of the cluster would go.
        crds: { enabled: true, keep: true },
        ...pods('controller'),
        // As Kubernetes' own controllers; the chart's 60 s is how long nothing is issued after a pod has died.
        global: {
          leaderElection: {
            leaseDuration: '15s',
            renewDeadline: '10s',
            retryPeriod: '2s',
          },
        },
        // No limit of the client's own, which issues some two certificates a second: the API server has its own fairness
        // (https://cert-manager.io/docs/devops-tips/scaling-cert-manager/).
        config: {
          apiVersion: 'controller.config.cert-manager.io/v1alpha1',
          kind: 'ControllerConfiguration',
          kubernetesAPIQPS: 10_000,
          kubernetesAPIBurst: 10_000,
        },
        // The default of Kubernetes; with the chart's 30 s a write that meets a webhook which just went holds up everything behind it.
        webhook: { ...pods('webhook'), timeoutSeconds: 10 },
        cainjector: pods('cainjector'),
        // A job that waits for the webhook; the controller looks at the webhook itself.
        startupapicheck: { enabled: false },
      },
      userValues: wanted.values,
      needs: [],
    }),
  ];
}
