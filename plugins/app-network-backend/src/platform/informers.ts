import type {
  KubernetesObject,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import type { ICertificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import { MANAGED_BY_SELECTOR } from '../engine/reconcileOwned';
import type { Cluster, Informer } from '../engine/types';
import { NETWORK_PLATFORM } from '../kinds';
import type { Service } from './addresses';
import type { ApiService, WebhookConfiguration } from './apiServerCalls';
import type { PeerAuthentication } from './clusterFacts';
import {
  issuanceInformers,
  type IssuanceInformers,
} from './certificates/issuance';
import { releaseNames } from './components/platformReleases';
import { driftInformers } from './drift/informers';
import { EXISTING_SELECTORS, type ExistingName } from './existing/existing';
import type { Ingress, IngressClass } from './systemComponents/ingressFacts';
import type { ReleaseSecret, WorkloadRef } from './installedReleases';
import { PLATFORM_KINDS } from './render/render';
import type { Workload } from './workloads';

/** What the platform is reconciled from. */
export interface PlatformInformers {
  platforms: Informer<NetworkPlatform>;
  /** Release Secrets of Helm, those of our release names alone: they are large. */
  releases: Informer<ReleaseSecret>;
  workloads: Record<WorkloadRef['kind'], Informer<Workload>>;
  /** All that makes pods, whoever made it, for system components may be any of it. */
  allWorkloads: Informer<Workload>[];
  /** What Helm has made, by kind. */
  drift: ReadonlyMap<string, Informer>;
  services: Informer<Service>;
  /** All ClusterIssuers, the user's too. */
  issuers: Informer;
  /** The Certificates that this project has made, applications' too. */
  certificates: Informer<ICertificate & KubernetesObject>;
  issuance: IssuanceInformers;
  /** Deployments that do a component's job, whoever made them. */
  existing: Record<ExistingName, Informer<Workload>>;
  peerAuthentications: Informer<PeerAuthentication>;
  /** All of both kinds. */
  webhookConfigurations: Informer<WebhookConfiguration>[];
  apiServices: Informer<ApiService>;
  /** All IngressClasses and Ingresses, whoever made them. */
  ingressClasses: Informer<IngressClass>;
  ingresses: Informer<Ingress>;
  systemNamespace: Informer;
  /** All but the platforms. */
  others: Informer[];
  /** Those without which nothing can be decided. */
  required: Informer[];
}

/** Label that Helm puts on everything it makes (helm.sh/helm/v4/pkg/action/validate.go). */
const HELM_SELECTOR = 'app.kubernetes.io/managed-by=Helm';

/** The namespace kube-system alone, whose uid is the cluster's identity. */
export function systemNamespaceInformer({ informers }: Cluster): Informer {
  return informers.informer(
    { apiVersion: 'v1', kind: 'Namespace' },
    { labelSelector: 'kubernetes.io/metadata.name=kube-system' },
  );
}

export function platformInformers(cluster: Cluster): PlatformInformers {
  const { informers } = cluster;
  const workload = (kind: WorkloadRef['kind']) =>
    informers.informer<Workload>(
      { apiVersion: 'apps/v1', kind },
      { labelSelector: HELM_SELECTOR },
    );
  const platforms = informers.informer<NetworkPlatform>(NETWORK_PLATFORM);
  const releases = informers.informer<ReleaseSecret>(
    { apiVersion: 'v1', kind: 'Secret' },
    { labelSelector: `owner=helm,name in (${releaseNames().join(',')})` },
  );
  const workloads = {
    Deployment: workload('Deployment'),
    DaemonSet: workload('DaemonSet'),
    StatefulSet: workload('StatefulSet'),
  };
  const allWorkloads = (
    ['Deployment', 'StatefulSet', 'DaemonSet'] as const
  ).map(kind => informers.informer<Workload>({ apiVersion: 'apps/v1', kind }));
  const drift = driftInformers(informers, HELM_SELECTOR);
  const services = informers.informer<Service>({
    apiVersion: 'v1',
    kind: 'Service',
  });
  const issuers = informers.informer({
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
  });
  const certificates = informers.informer<ICertificate & KubernetesObject>(
    { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
    { labelSelector: MANAGED_BY_SELECTOR },
  );
  const issuance = issuanceInformers(informers);
  const ingressClasses = informers.informer<IngressClass>({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
  });
  const ingresses = informers.informer<Ingress>({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
  });
  const systemNamespace = systemNamespaceInformer(cluster);
  const deployment = (name: ExistingName) =>
    informers.informer<Workload>(
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { labelSelector: EXISTING_SELECTORS[name] },
    );
  const existing = {
    certManager: deployment('certManager'),
    istio: deployment('istio'),
    ingressGateway: deployment('ingressGateway'),
    externalDNS: deployment('externalDNS'),
  };
  const peerAuthentications = informers.informer<PeerAuthentication>({
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
  });
  const webhookConfigurations = (
    ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const
  ).map(kind =>
    informers.informer<WebhookConfiguration>({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
    }),
  );
  const apiServices = informers.informer<ApiService>({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
  });
  const owned = PLATFORM_KINDS.map(kind =>
    informers.informer<KubernetesObject>(kind, {
      labelSelector: MANAGED_BY_SELECTOR,
    }),
  );
  const required = [
    releases,
    ...Object.values(workloads),
    ...allWorkloads,
    ...Object.values(existing),
    ingressClasses,
    ingresses,
    services,
    // Without them a NetworkPolicy could keep the API server from a webhook.
    ...webhookConfigurations,
  ];
  return {
    platforms,
    releases,
    workloads,
    allWorkloads,
    drift,
    services,
    issuers,
    certificates,
    issuance,
    existing,
    peerAuthentications,
    webhookConfigurations,
    apiServices,
    ingressClasses,
    ingresses,
    systemNamespace,
    others: [
      ...required,
      issuers,
      peerAuthentications,
      apiServices,
      systemNamespace,
      ...drift.values(),
      ...owned,
      ...Object.values(issuance),
    ],
    required,
  };
}
