import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import type { KindRef } from '../engine/types';
import { isSubset } from './render/selector';

/** The part of a Deployment, StatefulSet or DaemonSet that is read. */
export interface Workload extends KubernetesObject {
  spec?: {
    template?: {
      metadata?: { labels?: Record<string, string> };
      spec?: { serviceAccountName?: string };
    };
  };
  /** Changes with its pods. */
  status?: Record<string, unknown>;
}

/** Kinds that make pods. Far fewer than pods, and they tell before a pod runs what it will be. */
export const WORKLOAD_KINDS: readonly KindRef[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
];

/** All of a workload that every AppNetwork of its namespace depends on; how its pods are concerns those alone that select them. */
export function readOfWorkload({ spec }: Workload): unknown {
  const { metadata, spec: pod } = spec?.template ?? {};
  return [metadata?.labels, pod?.serviceAccountName];
}

/** Service accounts under which the pods with some labels run, each once and in order. */
export function serviceAccountsOf(
  workloads: readonly Workload[],
  labels: Record<string, string>,
): string[] {
  const accounts = workloads
    .filter(({ spec }) =>
      isSubset(labels, spec?.template?.metadata?.labels ?? {}),
    )
    .map(({ spec }) => spec?.template?.spec?.serviceAccountName ?? 'default');
  return [...new Set(accounts)].sort();
}
