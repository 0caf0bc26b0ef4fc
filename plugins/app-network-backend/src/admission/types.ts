import type {
  AppNetwork,
  KubernetesObject,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import type { Informer } from '../engine/types';
import type { ForeignHosts } from '../application/foreignHosts';
import type { Service } from '../application/render/types';

/** What is read of a request that the API server asks about (`request` of an AdmissionReview, admission.k8s.io/v1). */
export interface AdmissionRequest {
  uid: string;
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  kind: { group: string; version: string; kind: string };
  /** Such as `status`; absent where the object itself is written. */
  subResource?: string;
  namespace?: string;
  name?: string;
  /** As it would be stored, with defaults and without unknown fields; null where it is deleted. */
  object?: KubernetesObject | null;
  /** As it is stored; null where it is created. */
  oldObject?: KubernetesObject | null;
  userInfo?: { username?: string; groups?: string[] };
  dryRun?: boolean;
}

/** What an answer depends on besides the request, as the caches of a cluster have it. */
export interface AdmissionContext {
  /** Of the whole cluster. */
  appNetworks: Pick<Informer<AppNetwork>, 'list' | 'index'>;
  /** Undefined where the cluster has none. */
  platform(): NetworkPlatform | undefined;
  services(namespace: string): readonly Service[];
  /** Gateways and Ingresses that this project has not made. */
  foreign: ForeignHosts;
  /** Caches that are not filled, so that what is compared with them is not known: what is missing, for people. */
  unread(): readonly string[];
}

/** The answer (`response` of an AdmissionReview). */
export interface AdmissionResponse {
  allowed: boolean;
  /** Why it is refused: every problem, each naming its field, what was found and what would be right. */
  message?: string;
  /** What clients such as kubectl show, though it is admitted. */
  warnings?: string[];
}
