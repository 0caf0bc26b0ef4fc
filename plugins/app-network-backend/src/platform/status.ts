import type {
  ComponentStatus,
  Condition,
  NetworkPlatform,
  NetworkPlatformStatus,
} from '@app-network/backstage-plugin-app-network-common';
import {
  setConditions,
  summarizeConditions,
  type NewCondition,
} from '../engine/conditions';
import type { PlatformObservation, Row } from './conditions/row';
import { platformRows } from './conditions/rows';

/**
 * The status of a platform. Its conditions are those of {@link platformRows}, and Ready, the sum of them.
 */
export function platformStatus(
  observation: PlatformObservation,
): NetworkPlatformStatus {
  const { platform, components, systemComponents, addresses, facts, now } =
    observation;
  const { generation, deletionTimestamp } = platform.metadata;
  const rows = platformRows(observation).map(row => ({
    ...row,
    observedGeneration: generation,
  }));
  const ready = summarizeConditions(rows.map(condition), {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: 'The platform is ready.',
    observedGeneration: generation,
  });
  return {
    observedGeneration: generation,
    phase: deletionTimestamp ? 'Removing' : phaseOf(components, rows),
    components,
    systemComponents,
    issuer: facts.issuer,
    ingress: {
      applications: { addresses },
      system: { addresses: facts.systemAddresses },
    },
    urls: systemComponents.flatMap(({ name, url }) =>
      url ? [{ name, url }] : [],
    ),
    conditions: conditionsOf(platform, [ready, ...rows.map(condition)], now),
  };
}

/** The status while the cluster can't be looked at: what was known stays, and Ready says why. */
export function blockedStatus(
  platform: NetworkPlatform,
  message: string,
  now: Date,
): NetworkPlatformStatus {
  return {
    phase: 'Pending',
    ...platform.status,
    conditions: setConditions(
      platform.status?.conditions,
      [
        {
          type: 'Ready',
          status: 'Unknown',
          reason: 'ClusterNotReadable',
          message,
          observedGeneration: platform.metadata.generation,
        },
      ],
      now.toISOString(),
    ),
  };
}

/** The status while the last of a platform is being removed. */
export function removingStatus(
  platform: NetworkPlatform,
  left: readonly string[],
  now: Date,
): NetworkPlatformStatus {
  return {
    ...platform.status,
    phase: 'Removing',
    conditions: setConditions(
      platform.status?.conditions,
      [
        {
          type: 'Ready',
          status: 'False',
          reason: 'Removing',
          message: `Waiting for the end of ${left.join(', ')}.`,
          observedGeneration: platform.metadata.generation,
        },
      ],
      now.toISOString(),
    ),
  };
}

function phaseOf(
  components: ComponentStatus[],
  rows: Row[],
): NonNullable<NetworkPlatformStatus['phase']> {
  const open = rows.filter(({ status }) => status !== 'True');
  if (open.length === 0) {
    return 'Ready';
  }
  return components.some(({ state }) => state === 'Failed') ||
    open.some(({ progressing }) => !progressing)
    ? 'Failed'
    : 'Installing';
}

function condition({ progressing: _, ...rest }: Row): NewCondition {
  return rest;
}

/** Conditions of rows that are no longer asked for go. */
function conditionsOf(
  { status }: NetworkPlatform,
  conditions: NewCondition[],
  now: Date,
): Condition[] {
  const types = new Set(conditions.map(({ type }) => type));
  const current = status?.conditions?.filter(({ type }) => types.has(type));
  return setConditions(current, conditions, now.toISOString());
}
