import type {
  AppNetwork,
  ClusterSummary,
  ComponentStatus,
  Condition,
  NetworkPlatform,
  ObjectView,
} from '@app-network/backstage-plugin-app-network-common';

/**
 * How something is, in the ways that a person tells apart at a glance:
 * it works, it is on its way, it will need somebody, it needs somebody now, or nobody can tell.
 */
export type HealthLevel =
  | 'ready'
  | 'progress'
  | 'warning'
  | 'problem'
  | 'unknown';

/** A level with the word shown for it, a machine's reason, and a message for a person. */
export interface Health {
  level: HealthLevel;
  label: string;
  reason?: string;
  message?: string;
}

/** The sum of an AppNetwork's status, read from its condition Ready. */
export function appNetworkHealth(appNetwork: AppNetwork): Health {
  const ready = findCondition(appNetwork.status?.conditions, 'Ready');
  if (appNetwork.metadata.deletionTimestamp) {
    return deletionHealth(ready);
  }
  if (!ready) {
    return {
      level: 'progress',
      label: 'Waiting',
      message:
        'It has not been picked up yet. If this lasts more than a minute, see whether the backend reaches the cluster.',
    };
  }
  if (
    !isStatusCurrent(appNetwork) &&
    // While hostnames are handed over, the rest of the status is of what is still served.
    isOutdated(appNetwork.metadata.generation, ready.observedGeneration)
  ) {
    return OUTDATED;
  }
  const health = conditionHealth(ready);
  return { ...health, label: READY_LABELS[health.level] };
}

/** Whether the status of an AppNetwork speaks of its spec as it is. */
export function isStatusCurrent({ metadata, status }: AppNetwork): boolean {
  return (
    status !== undefined &&
    !isOutdated(metadata.generation, status.observedGeneration)
  );
}

/** The sum of a NetworkPlatform's status, read from its phase and its condition Ready. */
export function platformHealth(platform: NetworkPlatform): Health {
  const { metadata, status } = platform;
  const ready = findCondition(status?.conditions, 'Ready');
  const phase = metadata.deletionTimestamp
    ? 'Removing'
    : status?.phase ?? 'Pending';
  if (phase === 'Ready') {
    if (isOutdated(metadata.generation, status?.observedGeneration)) {
      return OUTDATED;
    }
    if (ready && ready.status !== 'True') {
      // The phase is from before: the cluster cannot be read now.
      return { ...conditionHealth(ready), label: 'Not known' };
    }
  }
  return {
    level: PHASE_LEVELS[phase],
    label: phase,
    reason: ready?.reason,
    message: ready?.message,
  };
}

/** How one component of a platform is. A component that is switched off is as it should be. */
export function componentHealth(component: ComponentStatus): Health {
  return {
    level: COMPONENT_LEVELS[component.state],
    label: component.state,
    message: component.message,
  };
}

/** How a cluster answers. */
export function clusterHealth(
  cluster: Pick<ClusterSummary, 'state' | 'message'>,
): Health {
  return {
    level: CLUSTER_LEVELS[cluster.state],
    label: cluster.state === 'Ready' ? 'Connected' : cluster.state,
    message: cluster.message,
  };
}

/** How an object that an AppNetwork became is. */
export function objectHealth(object: ObjectView): Health {
  return {
    level: OBJECT_LEVELS[object.state],
    label: object.state,
    message: object.message,
  };
}

/** How a condition is; its label is the condition's status as Kubernetes writes it. */
export function conditionHealth(condition: Condition): Health {
  return {
    level: conditionLevel(condition),
    label: condition.status,
    reason: condition.reason,
    message: condition.message,
  };
}

function conditionLevel({ status, reason }: Condition): HealthLevel {
  if (status === 'True') {
    return 'ready';
  }
  if (PROGRESS_REASONS.test(reason)) {
    return 'progress';
  }
  return status === 'Unknown' ? 'unknown' : 'problem';
}

/** Reasons that say that time alone will change the status, as the backend and cert-manager word them. */
const PROGRESS_REASONS =
  /^(Component)?(Applying|Deleting|HandingOver|InProgress|Installing|Issuing|Pending|Progressing|Removing|Renewing|Upgrading|Waiting)|Pending$/;

/** A status from before the deletion says nothing of it. */
function deletionHealth(ready: Condition | undefined): Health {
  const isOfDeletion = /^(Delet|HandingOver)/.test(ready?.reason ?? '');
  const { level, reason, message } =
    ready && isOfDeletion
      ? conditionHealth(ready)
      : {
          level: 'progress' as const,
          reason: undefined,
          message: 'What was made for it is being removed.',
        };
  return {
    level,
    label: level === 'progress' ? 'Deleting' : 'Not deleted yet',
    reason,
    message,
  };
}

const READY_LABELS: Record<HealthLevel, string> = {
  ready: 'Ready',
  progress: 'In progress',
  warning: 'Ready',
  problem: 'Not ready',
  unknown: 'Not known',
};

const OUTDATED: Health = {
  level: 'progress',
  label: 'Applying changes',
  message: 'The specification was changed; what is shown is the state before.',
};

/** The condition of a type, where there is one. */
export function findCondition(
  conditions: Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find(condition => condition.type === type);
}

function isOutdated(generation?: number, observed?: number): boolean {
  return generation !== undefined && (observed ?? 0) < generation;
}

const PHASE_LEVELS: Record<
  NonNullable<NonNullable<NetworkPlatform['status']>['phase']>,
  HealthLevel
> = {
  Pending: 'progress',
  Installing: 'progress',
  Ready: 'ready',
  Failed: 'problem',
  Removing: 'progress',
};

const COMPONENT_LEVELS: Record<ComponentStatus['state'], HealthLevel> = {
  Pending: 'progress',
  Installing: 'progress',
  Upgrading: 'progress',
  Ready: 'ready',
  Drifted: 'warning',
  Failed: 'problem',
  Removing: 'progress',
  Disabled: 'unknown',
  Existing: 'ready',
};

const CLUSTER_LEVELS: Record<ClusterSummary['state'], HealthLevel> = {
  Connecting: 'progress',
  Ready: 'ready',
  Degraded: 'problem',
  Unreachable: 'problem',
};

const OBJECT_LEVELS: Record<ObjectView['state'], HealthLevel> = {
  Ready: 'ready',
  Progressing: 'progress',
  Missing: 'problem',
  Failed: 'problem',
};
