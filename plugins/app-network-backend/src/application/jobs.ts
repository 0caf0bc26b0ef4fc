import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import type { KindRef } from '../engine/types';
import type { PodTemplate } from './workloads';

/** The part of a CronJob or Job (batch/v1) that is read. */
export interface Job extends KubernetesObject {
  spec?: {
    /** Of a Job. */
    template?: PodTemplate;
    /** Of a CronJob. */
    jobTemplate?: { spec?: { template?: PodTemplate } };
  };
  status?: { conditions?: { type: string; status: string }[] };
}

/** Kinds whose pods come and go; what runs under which service account is known from them before there is a pod. */
export const JOB_KINDS: readonly KindRef[] = [
  { apiVersion: 'batch/v1', kind: 'CronJob' },
  { apiVersion: 'batch/v1', kind: 'Job' },
];

/** The pods that a job will have; undefined where it has ended. */
export function podTemplateOf({ spec, status }: Job): PodTemplate | undefined {
  const hasEnded = status?.conditions?.some(
    ({ type, status: value }) =>
      (type === 'Complete' || type === 'Failed') && value === 'True',
  );
  return hasEnded
    ? undefined
    : spec?.jobTemplate?.spec?.template ?? spec?.template;
}
