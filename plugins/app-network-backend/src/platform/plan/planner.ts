import type { PlatformPlan } from '@app-network/backstage-plugin-app-network-common';
import type { Cluster } from '../../engine/types';
import type { ChartStore } from '../charts/chartStore';
import type { Helm } from '../helm';
import { makePlan } from './plan';
import { readPlanInput, type PlanRequest } from './readPlanInput';

/**
 * Makes plans: reads what there is, renders what would be, and compares.
 *
 * @param options - `signal` ends Helm where it runs
 */
export function createPlanner(options: {
  helm: Helm;
  charts: ChartStore;
  signal: AbortSignal;
}): (cluster: Cluster, request: PlanRequest) => Promise<PlatformPlan> {
  return async (cluster, request) =>
    makePlan(await readPlanInput({ ...options, cluster }, request));
}
