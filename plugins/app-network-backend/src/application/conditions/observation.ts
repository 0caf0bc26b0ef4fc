import type {
  AppNetwork,
  AppNetworkConditionType,
} from '@app-network/backstage-plugin-app-network-common';
import type { NewCondition } from '../../engine/conditions';
import type { ReconcileOwnedResult } from '../../engine/types';
import type { SeenName } from '../../platform/dns/names';
import type { PlatformFacts } from '../../platform/facts';
import type { Rendered, SharedHostname } from '../render/types';
import type { SharedPods } from '../selectedPods';

/** What is known of an AppNetwork after it has been reconciled. */
export interface Observation {
  appNetwork: AppNetwork;
  facts: PlatformFacts;
  rendered: Rendered;
  result: ReconcileOwnedResult;
  /** What is seen of its hostnames; undefined where they have not been looked at yet. */
  names?: SeenName[];
  /** What keeps its certificate from being issued, from below the Certificate; undefined where nothing tells. */
  issuanceCause?: string;
  /** What is wrong with the sidecars of its pods; undefined where nothing is. */
  sidecarProblem?: { reason: string; message: string };
  /** Whether no pod is there that it selects, nor anything that would make one. */
  selectsNothing: boolean;
  /** Workloads whose pods another AppNetwork selects as well. */
  sharedPods: readonly SharedPods[];
  /** Its hostnames that others of its namespace serve too. */
  sharedHostnames: readonly SharedHostname[];
  now: Date;
}

/** A condition that holds. */
export function holds(
  type: AppNetworkConditionType,
  reason: string,
  message: string,
): NewCondition {
  return { type, status: 'True', reason, message };
}

/** A condition that does not hold. */
export function fails(
  type: AppNetworkConditionType,
  reason: string,
  message: string,
): NewCondition {
  return { type, status: 'False', reason, message };
}

/** A condition of which nobody can tell. */
export function unknown(
  type: AppNetworkConditionType,
  reason: string,
  message: string,
): NewCondition {
  return { type, status: 'Unknown', reason, message };
}

/** The condition of what is not exposed: there is nothing to be ready. */
export function notExposed(type: AppNetworkConditionType): NewCondition {
  return holds(
    type,
    'NotExposed',
    'spec.expose is false: it is not reachable from outside the cluster.',
  );
}

/** Whether an AppNetwork is to be reached from outside. */
export function isExposed({ spec }: AppNetwork): boolean {
  return spec?.expose ?? true;
}

/** Whether the application decrypts by itself. */
export function isPassthrough({ spec }: AppNetwork): boolean {
  return spec?.tls?.mode === 'Passthrough';
}
