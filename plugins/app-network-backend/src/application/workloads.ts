import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import type { KindRef } from '../engine/types';
import { isSubset } from './render/selector';

/** The part of a pod template that is read. */
export interface PodTemplate {
  metadata?: { labels?: Record<string, string> };
  spec?: { serviceAccountName?: string };
}

/** The part of a Deployment, StatefulSet or DaemonSet that is read. */
export interface Workload extends KubernetesObject {
  spec?: { template?: PodTemplate };
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
  return readOfTemplate(spec?.template);
}

/** All of a pod template that AppNetworks depend on. */
export function readOfTemplate({ metadata, spec }: PodTemplate = {}): unknown {
  return [metadata?.labels, spec?.serviceAccountName];
}

/** Service accounts under which the pods with some labels run, each once and in order. */
export function serviceAccountsOf(
  templates: readonly (PodTemplate | undefined)[],
  labels: Record<string, string>,
): string[] {
  const accounts = templates
    .filter(template => isSubset(labels, template?.metadata?.labels ?? {}))
    .map(template => template?.spec?.serviceAccountName ?? 'default');
  return [...new Set(accounts)].sort();
}
