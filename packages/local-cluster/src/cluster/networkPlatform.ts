import { stringify } from 'yaml';
import type { ChartName, Charts } from '../build/types.ts';

/**
 * A `NetworkPlatform` for a cluster of ours: upstream's charts from the build, no image that isn't in the node, and
 * the settings that upstream's own Envoy needs. It has none of the filters that Istio adds to its build.
 */
export function networkPlatform(charts: Charts): string {
  const chart = (name: ChartName) => ({ path: charts[name].path });
  const resources = (cpu: string, memory: string) => ({
    requests: { cpu, memory },
  });
  const imagePullPolicy = 'IfNotPresent';
  return stringify({
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'NetworkPlatform',
    metadata: { name: 'default' },
    spec: {
      profile: 'development',
      certificates: { selfSigned: {} },
      // NGINX's image can't be built from packages; Istio's gateway serves Ingresses too.
      ingressController: 'istio',
      components: {
        certManager: {
          chart: chart('cert-manager'),
          values: {
            startupapicheck: { enabled: false },
            resources: resources('10m', '32Mi'),
            webhook: { resources: resources('10m', '32Mi') },
            cainjector: { resources: resources('10m', '32Mi') },
          },
        },
        istio: {
          charts: {
            base: chart('istio-base'),
            istiod: chart('istiod'),
            gateway: chart('istio-gateway'),
          },
          values: {
            global: {
              imagePullPolicy,
              proxy: { resources: resources('10m', '40Mi') },
            },
            autoscaleEnabled: false,
            env: {
              PILOT_ENABLE_METADATA_EXCHANGE: 'false',
              PILOT_ENABLE_ALPN_FILTER: 'false',
            },
            resources: resources('10m', '128Mi'),
            telemetry: { enabled: false },
          },
          ingressGateway: {
            replicas: 1,
            values: {
              imagePullPolicy,
              autoscaling: { enabled: false },
              resources: resources('10m', '40Mi'),
            },
          },
          egressGateway: {
            enabled: false,
            values: { imagePullPolicy, resources: resources('10m', '40Mi') },
          },
        },
        // Where it comes from; it is installed where spec.dns.external is said.
        ...(charts['external-dns'] && {
          externalDNS: { chart: { path: charts['external-dns'].path } },
        }),
      },
    },
  });
}
