import type {
  Address,
  KubernetesObject,
  IssuerRef,
  NetworkPlatform,
  NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { objectKey } from '../engine/objects';
import { serviceAddresses, type Service } from './addresses';
import { apiServerCalls, type CalledPods } from './apiServerCalls';
import type { GivenCa } from './certificates/certificateAuthority';
import { issuerInUse, platformIssuer } from './certificates/platformIssuer';
import { istioNamespace } from './components/istio';
import { platformReleases } from './components/platformReleases';
import { withExisting, type ExistingComponents } from './existing/existing';
import { readExisting } from './existing/readExisting';
import { ingressGatewayService } from './ingressGatewayService';
import {
  ingressAddresses,
  readIngressClass,
} from './systemComponents/ingressFacts';
import { ingressController } from './systemComponents/ingressController';
import { isPartOf } from './systemComponents/meshMembership';
import type { PlatformInformers } from './informers';
import type { InstalledRelease } from './installedReleases';
import { releasePorts, servicePorts, type ServicePort } from './servicePorts';

/** What a platform's releases and objects depend on besides its spec, as the caches have it. */
export interface ClusterFacts {
  /** Tells this cluster from all others: the uid of its namespace kube-system. Undefined while that can't be read. */
  clusterId: string | undefined;
  /** Addresses of the gateway that applications are reached at. */
  applicationAddresses: Address[];
  /** Addresses that system components are reached at: the ingress controller's. */
  systemAddresses: Address[];
  /** Ports of the pods behind the Services of a Helm release, by its name; those that have Services. */
  releasePorts: Record<string, ServicePort['podPort'][]>;
  /** Ports of the Services that system components name, by `<namespace>/<name>`; those that are there. */
  systemServices: Record<string, ServicePort[]>;
  /** Those of them that have no address of their own (clusterIP None), as `<namespace>/<name>`. */
  headlessServices: string[];
  /** Those of them behind which workloads are known, none of whose pods is available. */
  unreadyServices: string[];
  /** Pods that the API server calls, by namespace; those of namespaces with system components. */
  apiServerCalls: Record<string, CalledPods[]>;
  /** What is there and not the platform's own. */
  existing: ExistingComponents;
  /** The IngressClass that is to serve system components, and whether the platform made it; undefined where there is none. */
  ingressClass: { controller: string; ours: boolean } | undefined;
  /** Mode of the mesh-wide PeerAuthentication, whoever made it; undefined where there is none. */
  meshMode: string | undefined;
  /** The CA that the spec gives; undefined where it gives none. */
  givenCa: GivenCa | undefined;
  /** The issuer that certificates are asked of at the moment. */
  issuer: Required<IssuerRef>;
  /** Names of the ClusterIssuers that Certificates made by this project name, sorted. */
  issuersNamed: string[];
}

/** What is read of a PeerAuthentication (security.istio.io/v1). */
export interface PeerAuthentication extends KubernetesObject {
  spec?: { selector?: object; mtls?: { mode?: string } };
}

/** The facts of a cluster that nothing is known of. */
export const NO_FACTS: ClusterFacts = {
  clusterId: undefined,
  applicationAddresses: [],
  systemAddresses: [],
  releasePorts: {},
  systemServices: {},
  headlessServices: [],
  unreadyServices: [],
  apiServerCalls: {},
  existing: {},
  ingressClass: undefined,
  meshMode: undefined,
  givenCa: undefined,
  issuer: platformIssuer({}, undefined),
  issuersNamed: [],
};

/**
 * Reads the facts from the caches.
 *
 * @param read - what is in no cache: the given CA, and Helm releases that are the platform's: those that it has installed, and those that it is about to
 */
export function readClusterFacts(
  informers: PlatformInformers,
  platform: NetworkPlatform,
  read: {
    givenCa?: GivenCa;
    installed: readonly InstalledRelease[];
    desired: readonly { namespace: string; release: string }[];
  },
): ClusterFacts {
  const existing = readExisting(
    informers,
    read,
    platform.spec?.dns?.external?.zone,
  );
  const { spec = {} } = withExisting(platform, existing);
  const gateway = ingressGatewayService(informers, spec, existing);
  const meshPolicy = informers.peerAuthentications
    .list(istioNamespace(spec))
    .find(policy => !policy.spec?.selector);
  const applicationAddresses = serviceAddresses(gateway).addresses;
  const ingressClass = readIngressClass(informers, spec, read.desired);
  const controller = ingressController(spec, { ingressClass });
  return {
    clusterId: informers.systemNamespace.get(undefined, 'kube-system')?.metadata
      .uid,
    applicationAddresses,
    systemAddresses:
      controller.kind === 'istio'
        ? applicationAddresses
        : ingressAddresses(informers, controller),
    existing,
    ingressClass,
    givenCa: read.givenCa,
    issuer: issuerInUse(platform, read.givenCa, name =>
      informers.issuers.get(undefined, name),
    ),
    issuersNamed: issuersNamed(informers),
    meshMode: meshPolicy && (meshPolicy.spec?.mtls?.mode ?? 'UNSET'),
    releasePorts: portsOfReleases(informers, platform),
    systemServices: portsOfSystemServices(informers, spec),
    headlessServices: systemServices(informers, spec)
      .filter(isHeadless)
      .map(objectKey),
    unreadyServices: systemServices(informers, spec)
      .filter(service => isUnready(informers, service))
      .map(objectKey),
    apiServerCalls: apiServerCalls(
      informers,
      new Set(spec.systemComponents?.map(({ namespace }) => namespace)),
    ),
  };
}

function issuersNamed({ certificates }: PlatformInformers): string[] {
  return [
    ...new Set(
      certificates.list().flatMap(({ spec }) =>
        // An Issuer of the same name is none that the platform could have made.
        spec?.issuerRef?.kind === 'ClusterIssuer' ? [spec.issuerRef.name] : [],
      ),
    ),
  ].sort();
}

function portsOfReleases(
  informers: PlatformInformers,
  platform: NetworkPlatform,
): ClusterFacts['releasePorts'] {
  return Object.fromEntries(
    platformReleases(platform).flatMap(({ release, namespace }) => {
      const ports = releasePorts(informers.services.list(namespace), release);
      return ports ? [[release, ports]] : [];
    }),
  );
}

function portsOfSystemServices(
  informers: PlatformInformers,
  spec: NetworkPlatformSpec,
): ClusterFacts['systemServices'] {
  return Object.fromEntries(
    systemServices(informers, spec).map(service => [
      objectKey(service),
      servicePorts(service),
    ]),
  );
}

/** Services that system components name, each once. */
function systemServices(
  { services }: PlatformInformers,
  { systemComponents = [] }: NetworkPlatformSpec,
): Service[] {
  const found = systemComponents.map(
    ({ namespace, ingress }) =>
      ingress && services.get(namespace, ingress.service),
  );
  return [...new Set(found.filter(service => service !== undefined))];
}

function isHeadless({ spec }: Service): boolean {
  return spec?.clusterIPs?.includes('None') ?? false;
}

/** Pods are not kept in a cache; of those that a Service selects without a workload of theirs nothing is known. */
function isUnready(
  { allWorkloads }: PlatformInformers,
  { metadata, spec }: Service,
): boolean {
  const { selector } = spec ?? {};
  if (!selector) {
    return false;
  }
  const workloads = allWorkloads
    .flatMap(informer => informer.list(metadata.namespace))
    .filter(workload =>
      isPartOf(workload, {
        namespace: metadata.namespace ?? '',
        selector: { matchLabels: selector },
      }),
    );
  return (
    workloads.length > 0 &&
    workloads.every(
      ({ status }) =>
        (status?.availableReplicas ?? status?.numberAvailable ?? 0) === 0,
    )
  );
}
