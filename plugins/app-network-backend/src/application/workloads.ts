import type {
  KubernetesObject,
  ObjectMeta,
} from '@app-network/backstage-plugin-app-network-common';
import type { KindRef } from '../engine/types';
import { isSubset } from './render/selector';

/** Metadata of an object with what made it, if anything (metav1.OwnerReference). */
export type OwnedMetadata = ObjectMeta & {
  ownerReferences?: { kind: string; name: string; controller?: boolean }[];
};

interface PodTemplate {
  metadata?: { labels?: Record<string, string> };
  spec?: { serviceAccountName?: string };
}

/** The part of what makes pods that is read. */
export interface Workload extends KubernetesObject {
  metadata: OwnedMetadata;
  spec?: {
    template?: PodTemplate;
    /** Of a CronJob. */
    jobTemplate?: { spec?: { template?: PodTemplate } };
  };
  /** Changes with its pods. */
  status?: Record<string, unknown>;
}

/** Kinds that make pods. Far fewer than pods, and they tell before a pod runs what it will be. */
export const WORKLOAD_KINDS: readonly KindRef[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'batch/v1', kind: 'CronJob' },
  { apiVersion: 'batch/v1', kind: 'Job' },
];

/** Labels of the pods that a workload makes. */
export function templateLabels(workload: Workload): Record<string, string> {
  return templateOf(workload)?.metadata?.labels ?? {};
}

function templateOf({ spec }: Workload): PodTemplate | undefined {
  return spec?.jobTemplate?.spec?.template ?? spec?.template;
}

/** All of a workload that every AppNetwork of its namespace depends on; how its pods are concerns those alone that select them. */
export function readOfWorkload(workload: Workload): unknown {
  const { metadata, spec } = templateOf(workload) ?? {};
  return [metadata?.labels, spec?.serviceAccountName];
}

/** Service accounts under which the pods with some labels run, each once and in order. */
export function serviceAccountsOf(
  workloads: readonly Workload[],
  labels: Record<string, string>,
): string[] {
  const accounts = workloads
    .filter(workload => isSubset(labels, templateLabels(workload)))
    .map(
      workload => templateOf(workload)?.spec?.serviceAccountName ?? 'default',
    );
  return [...new Set(accounts)].sort();
}
