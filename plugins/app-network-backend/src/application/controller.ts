import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  OWNER_LABEL,
  ownerLabelValue,
  type AppNetwork,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { source, startController, type Controller } from '../engine/controller';
import { keyOf, objectKey } from '../engine/objects';
import type { Cluster, Informer } from '../engine/types';
import { createNameLooks, type RecordOwners } from '../platform/dns/names';
import { orderOf } from '../platform/certificates/issuance';
import { platformFacts } from '../platform/facts';
import { hostnamesOf, type ForeignObject } from './foreignHosts';
import { concernedBy } from './hostnameIndex';
import { appNetworkInformers } from './informers';
import { createPodLooks } from './podLooks';
import { createAppNetworkReconciler } from './reconciler';
import { workloadsOf } from './selectedPods';
import { podTemplateOf } from './jobs';
import { covers } from './render/closedBackends';
import { mayMeet, podLabels } from './render/selector';
import type { Service } from './render/types';
import { sharingIssuers } from './takenIssuers';
import { readOfTemplate, readOfWorkload, type Workload } from './workloads';

export interface AppNetworkControllerOptions {
  cluster: Cluster;
  logger: LoggerService;
  /** AppNetworks that are reconciled at a time. */
  concurrency?: number;
  /** Name servers that are asked where hostnames lead; `appNetwork.dns.servers` of app-config. Default: those of the platform's zone. */
  dnsServers?: readonly string[];
  /** Whose ExternalDNS an owner id is. */
  recordOwners?: RecordOwners;
  /** The time; default: the clock. */
  now?: () => Date;
  /** Ends the controller. */
  signal: AbortSignal;
}

/** Puts a cluster's AppNetworks on its network, and keeps their status. */
export function startAppNetworkController(
  options: AppNetworkControllerOptions,
): Controller {
  const { cluster, logger, concurrency, now, signal } = options;
  const informers = appNetworkInformers(cluster);
  const {
    appNetworks,
    platforms,
    services,
    workloads,
    jobs,
    namespaces,
    owned,
    foreign,
    issuance,
  } = informers;
  const names = createNameLooks({
    servers: options.dnsServers,
    recordOwners: options.recordOwners,
    onChange: key => controller.enqueue(key),
    signal,
  });
  const inNamespace = ({ metadata }: KubernetesObject) =>
    appNetworks.list(metadata.namespace).map(objectKey);
  const selectedFrom = (workload: Workload) =>
    appNetworks
      .list(workload.metadata.namespace)
      .filter(appNetwork => workloadsOf(appNetwork, [workload]).length > 0)
      .map(objectKey);
  const controller = startController({
    name: `AppNetwork on ${cluster.name}`,
    logger,
    reconciler: createAppNetworkReconciler({
      cluster,
      informers,
      names,
      pods: createPodLooks(cluster.client),
      now,
    }),
    sources: [
      source(appNetworks, changed => [objectKey(changed)]),
      source(
        appNetworks,
        changed => [
          ...callingOutside(appNetworks, changed),
          ...sharingPods(appNetworks, changed),
          ...routingTo(appNetworks, services, changed),
          ...sharingIssuers(appNetworks.list(), changed).map(objectKey),
        ],
        readByOthers,
      ),
      source(
        appNetworks,
        changed => sharingHostnames(appNetworks, changed),
        readBySharers,
      ),
      source(platforms, () => appNetworks.list().map(objectKey), platformFacts),
      source(services, inNamespace, ({ spec }) => spec),
      ...workloads.map(informer =>
        source(informer, inNamespace, readOfWorkload),
      ),
      ...jobs.map(informer =>
        source(informer, inNamespace, job =>
          readOfTemplate(podTemplateOf(job)),
        ),
      ),
      // Pods that start may have a sidecar or not.
      ...workloads.map(informer =>
        source(informer, selectedFrom, ({ status }) => status),
      ),
      // Its labels say whether pods get a sidecar.
      source(
        namespaces,
        ({ metadata }) => appNetworks.list(metadata.name).map(objectKey),
        ({ metadata }) => metadata.labels,
      ),
      ...foreign.map(informer =>
        source(
          informer,
          changed => rivals(appNetworks, changed),
          ({ spec }) => spec,
        ),
      ),
      ...[...owned, issuance.requests, issuance.orders].map(informer =>
        source(informer, object => keysOfOwner(appNetworks, object)),
      ),
      source(issuance.challenges, challenge => {
        const order = orderOf(issuance, challenge);
        return order ? keysOfOwner(appNetworks, order) : [];
      }),
    ],
    concurrency,
    signal,
  });
  return controller;
}

/** What others read of an AppNetwork: how it stands itself is nobody else's matter. */
function readByOthers({ metadata, spec, status }: AppNetwork): unknown {
  const {
    conditions: _conditions,
    observedGeneration: _observed,
    ...rest
  } = status ?? {};
  return [metadata.deletionTimestamp, spec, rest];
}

/** What those read that share a hostname, or wait for it: whether it is served there, and has a certificate, as well. */
function readBySharers(appNetwork: AppNetwork): unknown {
  const conditions = appNetwork.status?.conditions?.filter(({ type }) =>
    ['GatewayReady', 'CertificateReady'].includes(type),
  );
  return [
    readByOthers(appNetwork),
    conditions?.map(({ type, status, reason, message }) => ({
      type,
      status,
      reason,
      message,
    })),
  ];
}

/** AppNetworks that ask for a hostname that another has or had, or for one that overlaps it: what becomes of it concerns them. */
export function sharingHostnames(
  appNetworks: Informer<AppNetwork>,
  changed: AppNetwork,
): string[] {
  return concernedBy(appNetworks, [
    ...(changed.spec?.hostnames ?? []),
    ...(changed.status?.hostnames ?? []),
  ]).map(objectKey);
}

/**
 * AppNetworks that ask for a hostname of somebody's Gateway or Ingress, and those that one which it named before concerns: they may wait for it,
 * or have a wildcard above it.
 */
export function rivals(
  appNetworks: Informer<AppNetwork>,
  changed: ForeignObject,
): string[] {
  const waiting = appNetworks
    .list()
    .filter(
      appNetwork =>
        !isGatewayReady(appNetwork) ||
        appNetwork.spec?.hostnames?.some(hostname => hostname.startsWith('*.')),
    );
  return [...concernedBy(appNetworks, hostnamesOf(changed)), ...waiting].map(
    objectKey,
  );
}

/** AppNetworks of the same namespace that call the outside: what another one calls there concerns them. */
export function callingOutside(
  appNetworks: Informer<AppNetwork>,
  { metadata }: AppNetwork,
): string[] {
  return appNetworks
    .list(metadata.namespace)
    .filter(({ spec }) => spec?.egress?.length)
    .map(objectKey);
}

/** AppNetworks of the same namespace that may select a pod which another selects: what that says of it concerns them. */
export function sharingPods(
  appNetworks: Informer<AppNetwork>,
  changed: AppNetwork,
): string[] {
  const labels = podLabels(changed);
  return appNetworks
    .list(changed.metadata.namespace)
    .filter(other => mayMeet(podLabels(other), labels))
    .map(objectKey);
}

/** AppNetworks of the same namespace that route to the pods of another, or would but for what that says: whether it lets the gateway in concerns them. */
export function routingTo(
  appNetworks: Informer<AppNetwork>,
  services: Informer<Service>,
  changed: AppNetwork,
): string[] {
  const { namespace } = changed.metadata;
  const covered = new Set(
    services
      .list(namespace)
      .filter(service => covers(changed, service))
      .map(({ metadata }) => metadata.name),
  );
  return appNetworks
    .list(namespace)
    .filter(
      appNetwork =>
        appNetwork.spec?.rules?.some(({ backendRefs = [] }) =>
          backendRefs.some(({ name }) => covered.has(name)),
        ) ||
        // Of what it selected before nothing is known.
        !isGatewayReady(appNetwork),
    )
    .map(objectKey);
}

/** Whether nothing is wrong with how an AppNetwork is reached, as far as its status tells; true where that does not tell yet. */
function isGatewayReady({ status }: AppNetwork): boolean {
  return !status?.conditions?.some(
    condition =>
      condition.type === 'GatewayReady' && condition.status !== 'True',
  );
}

/**
 * The AppNetwork that an object belongs to, by its label. One that is gone keeps its key, so that what it left behind is deleted; the label of
 * a NetworkPlatform has no dot and names none.
 */
export function keysOfOwner(
  appNetworks: Informer<AppNetwork>,
  { metadata }: KubernetesObject,
): string[] {
  const label = metadata.labels?.[OWNER_LABEL] ?? '';
  const dot = label.indexOf('.');
  const namespace = dot < 0 ? undefined : label.slice(0, dot);
  const name = label.slice(dot + 1);
  if (namespace && appNetworks.get(namespace, name)) {
    return [keyOf(namespace, name)];
  }
  // A long label ends in a hash, from which no name can be read; in place of a long namespace, not even that.
  const owner = appNetworks
    .list(namespace)
    .find(candidate => ownerLabelValue(candidate.metadata) === label);
  if (owner) {
    return [objectKey(owner)];
  }
  return namespace ? [keyOf(namespace, name)] : [];
}
