import type { PlatformPlan } from '@app-network/backstage-plugin-app-network-common';
import type { Cluster } from '../../engine/types';
import { createHelm } from '../helm';
import { makePlan } from './plan';
import { readPlanInput, type PlanRequest } from './readPlanInput';

/**
 * Makes plans: reads what there is, renders what would be, and compares.
 *
 * @param options - the `helm` program, and what ends it
 */
export function createPlanner(options: {
  helmCommand: string;
  signal: AbortSignal;
}): (cluster: Cluster, request: PlanRequest) => Promise<PlatformPlan> {
  const { helmCommand, signal } = options;
  const helm = createHelm({ command: helmCommand });
  return async (cluster, request) =>
    makePlan(await readPlanInput({ cluster, helm, signal }, request));
}
