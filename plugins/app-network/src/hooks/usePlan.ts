import type {
  PlatformChange,
  PlatformPlan,
} from '@app-network/backstage-plugin-app-network-common';
import { useApi } from '@backstage/core-plugin-api';
import { ResponseError } from '@backstage/errors';
import { useCallback, useRef, useState } from 'react';
import { appNetworkApiRef } from '../api/AppNetworkApi';

/** A plan on its way from being asked for to being made. */
export interface PlanState {
  /** What is waited for. */
  pending: 'plan' | 'apply' | undefined;
  change: PlatformChange | undefined;
  plan: PlatformPlan | undefined;
  /** Why there is no plan, or why it was not made. */
  error: unknown;
  /** It was refused, because it is no longer what it was. */
  isStale: boolean;
  /** The cluster has taken it. */
  isApplied: boolean;
}

const NOTHING: PlanState = {
  pending: undefined,
  change: undefined,
  plan: undefined,
  error: undefined,
  isStale: false,
  isApplied: false,
};

/** Plans a change of a cluster's platform, and makes it. */
export function usePlan(cluster: string): PlanState & {
  makePlan: (change: PlatformChange) => Promise<void>;
  apply: () => Promise<void>;
  /** What is planned is no longer what is wanted. */
  discard: () => void;
} {
  const api = useApi(appNetworkApiRef);
  const [state, setState] = useState(NOTHING);
  // An answer to an earlier question is of no interest.
  const latest = useRef(0);

  const makePlan = useCallback(
    async (change: PlatformChange) => {
      latest.current += 1;
      const question = latest.current;
      const answer = (next: Partial<PlanState>) =>
        question === latest.current &&
        setState({ ...NOTHING, change, ...next });
      answer({ pending: 'plan' });
      try {
        answer({ plan: await api.planPlatform(cluster, change) });
      } catch (error) {
        answer({ error });
      }
    },
    [api, cluster],
  );
  const discard = useCallback(() => {
    latest.current += 1;
    setState(NOTHING);
  }, []);

  const apply = async () => {
    const { plan, change } = state;
    if (!plan || !change) {
      return;
    }
    setState({ ...state, pending: 'apply', error: undefined });
    try {
      await (change.spec
        ? api.applyPlatform(cluster, { spec: change.spec, planId: plan.id })
        : api.removePlatform(cluster, { ...change.remove, planId: plan.id }));
      setState({ ...state, error: undefined, isApplied: true });
    } catch (error) {
      setState({
        ...state,
        error,
        isStale: error instanceof ResponseError && error.statusCode === 409,
      });
    }
  };
  return { ...state, makePlan, apply, discard };
}
