import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import { releaseOf } from './release';
import { PROFILES, TESTED_VERSIONS } from './profiles';
import type { HelmRelease } from './types';

/** Where cert-manager is unless the spec says otherwise; also where it looks for the Secrets of ClusterIssuers. */
export function certManagerNamespace(spec: NetworkPlatformSpec): string {
  return spec.components?.certManager?.namespace ?? 'cert-manager';
}

/** cert-manager, which issues certificates. */
export function certManagerReleases(spec: NetworkPlatformSpec): HelmRelease[] {
  const wanted = spec.components?.certManager ?? {};
  const { replicas } = PROFILES[spec.profile ?? 'development'];
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
        replicaCount: replicas.certManager,
        // As Kubernetes' own controllers; the chart's 60 s is how long nothing is issued after a pod has died.
        global: {
          leaderElection: {
            leaseDuration: '15s',
            renewDeadline: '10s',
            retryPeriod: '2s',
          },
        },
        // The default of Kubernetes; with the chart's 30 s a write that meets a webhook which just went holds up everything behind it.
        webhook: { replicaCount: replicas.certManager, timeoutSeconds: 10 },
        cainjector: { replicaCount: replicas.certManager },
        // A job that waits for the webhook; the controller looks at the webhook itself.
        startupapicheck: { enabled: false },
      },
      userValues: wanted.values,
      needs: [],
    }),
  ];
}
