import type { Condition } from '@app-network/backstage-plugin-app-network-common';

/** A condition without the time of its last transition, which {@link setConditions} knows. */
export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/**
 * Puts conditions into a list of conditions: one of the same type is replaced, others stay. `lastTransitionTime` moves only when the
 * status does (Kubernetes API conventions, "Typical status properties").
 *
 * @param now - the time of a transition, ISO 8601
 */
export function setConditions(
  current: readonly Condition[] | undefined,
  conditions: readonly NewCondition[],
  now: string,
): Condition[] {
  const result = [...(current ?? [])];
  for (const condition of conditions) {
    const index = result.findIndex(({ type }) => type === condition.type);
    const previous = result[index];
    const next: Condition = {
      ...condition,
      lastTransitionTime:
        previous?.status === condition.status
          ? previous.lastTransitionTime
          : now.replace(/\.\d+Z$/, 'Z'),
    };
    if (previous) {
      result[index] = next;
    } else {
      result.push(next);
    }
  }
  return result;
}

/** {@link setConditions} for one. */
export function setCondition(
  current: readonly Condition[] | undefined,
  condition: NewCondition,
  now: string,
): Condition[] {
  return setConditions(current, [condition], now);
}

/**
 * The sum of conditions as one of its own, usually `Ready`: False as the first that is False, else Unknown as the first that is Unknown,
 * else True with the given reason and message.
 */
export function summarizeConditions(
  parts: readonly NewCondition[],
  whenTrue: NewCondition,
): NewCondition {
  const cause =
    parts.find(({ status }) => status === 'False') ??
    parts.find(({ status }) => status === 'Unknown');
  if (!cause) {
    return whenTrue;
  }
  const { status, reason, message } = cause;
  return { ...whenTrue, status, reason, message };
}
