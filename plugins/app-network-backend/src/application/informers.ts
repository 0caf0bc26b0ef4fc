import type {
  AppNetwork,
  KubernetesObject,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { MANAGED_BY_SELECTOR } from '../engine/reconcileOwned';
import type { Cluster, Informer } from '../engine/types';
import { APP_NETWORK, NETWORK_PLATFORM } from '../kinds';
import {
  issuanceInformers,
  type IssuanceInformers,
} from '../platform/certificates/issuance';
import {
  FOREIGN_KINDS,
  FOREIGN_SELECTOR,
  type ForeignObject,
} from './foreignHosts';
import { JOB_KINDS, type Job } from './jobs';
import { RENDERED_KINDS } from './render/kinds';
import type { Service } from './render/types';
import { WORKLOAD_KINDS, type Workload } from './workloads';

/** What AppNetworks are reconciled from. */
export interface AppNetworkInformers {
  appNetworks: Informer<AppNetwork>;
  platforms: Informer<NetworkPlatform>;
  services: Informer<Service>;
  workloads: Informer<Workload>[];
  jobs: Informer<Job>[];
  namespaces: Informer<KubernetesObject>;
  issuance: IssuanceInformers;
  /** What AppNetworks have become, one for each kind. */
  owned: Informer<KubernetesObject>[];
  /** Gateways and Ingresses that this project has not made. */
  foreign: Informer<ForeignObject>[];
}

export function appNetworkInformers({
  informers,
}: Cluster): AppNetworkInformers {
  return {
    appNetworks: informers.informer<AppNetwork>(APP_NETWORK),
    platforms: informers.informer<NetworkPlatform>(NETWORK_PLATFORM),
    services: informers.informer<Service>({
      apiVersion: 'v1',
      kind: 'Service',
    }),
    workloads: WORKLOAD_KINDS.map(kind => informers.informer<Workload>(kind)),
    jobs: JOB_KINDS.map(kind => informers.informer<Job>(kind)),
    namespaces: informers.informer({ apiVersion: 'v1', kind: 'Namespace' }),
    issuance: issuanceInformers(informers),
    owned: RENDERED_KINDS.map(kind =>
      informers.informer(kind, { labelSelector: MANAGED_BY_SELECTOR }),
    ),
    foreign: FOREIGN_KINDS.map(kind =>
      informers.informer<ForeignObject>(kind, {
        labelSelector: FOREIGN_SELECTOR,
      }),
    ),
  };
}
