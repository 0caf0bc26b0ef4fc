import { moduleVersion } from './go.ts';

/** Versions that images, charts and programs carry. Those of Go modules come from the go.mod files. */
export interface Versions {
  kubernetes: string;
  containerd: string;
  helm: string;
  coredns: string;
  certManager: string;
  /** Of charts and images: the version that the module's commit leads to. */
  istio: string;
  istioRevision: string;
  envoy: string;
  /** The sandbox image that this release of containerd asks for by itself. */
  pause: string;
  /** `test/images/agnhost/VERSION` of this Kubernetes. */
  agnhost: string;
  externalDns: string;
  /** Of the chart that upstream releases for this version. */
  externalDnsChart: string;
}

/** The release that Istio's pinned commit leads to: its `VERSION` file. */
const ISTIO = '1.31.0-dev';
/** The release whose branch the pinned commit of Calico is on. */
export const CALICO = 'v3.28.5';
export const ENVOY = '1.40.0';
const PAUSE = '3.10.2';
const AGNHOST = '2.63.0';
/** The chart is released after the program, so that the module of the program has the one before in its `Chart.yaml`. */
const EXTERNAL_DNS_CHART = '1.22.0';

/** Read the versions from the go.mod files. */
export async function readVersions(): Promise<Versions> {
  const [
    kubernetes,
    containerd,
    helm,
    coredns,
    certManager,
    istio,
    externalDns,
  ] = await Promise.all([
    moduleVersion('kubernetes', 'k8s.io/kubernetes'),
    moduleVersion('containerd', 'github.com/containerd/containerd/v2'),
    moduleVersion('helm', 'helm.sh/helm/v4'),
    moduleVersion('coredns', 'github.com/coredns/coredns'),
    moduleVersion('cert-manager', 'github.com/cert-manager/cert-manager'),
    moduleVersion('istio', 'istio.io/istio'),
    moduleVersion('external-dns', 'sigs.k8s.io/external-dns'),
  ]);
  return {
    kubernetes,
    containerd,
    helm,
    coredns,
    certManager,
    istio: ISTIO,
    istioRevision: istio.split('-').at(-1) ?? istio,
    envoy: ENVOY,
    pause: PAUSE,
    agnhost: AGNHOST,
    externalDns,
    externalDnsChart: EXTERNAL_DNS_CHART,
  };
}
