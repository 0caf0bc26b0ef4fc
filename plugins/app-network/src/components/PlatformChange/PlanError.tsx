import { Button } from '@backstage/ui';
import type { PlanState } from '../../hooks/usePlan';
import { describeError } from '../../status/describeError';
import { Notice } from '../Notice/Notice';

/** Why there is no plan, or why it was not made; one that is out of date can be made again. */
export function PlanError(props: { state: PlanState; onPlan: () => void }) {
  const { state, onPlan } = props;
  const { title, description } = describeError(
    state.error,
    'Press Plan to try again',
  );
  return (
    <Notice
      status={state.isStale ? 'warning' : 'danger'}
      title={state.isStale ? 'The plan is out of date' : title}
      description={description}
      actions={
        state.isStale ? (
          <Button size="small" variant="secondary" onPress={onPlan}>
            Plan again
          </Button>
        ) : undefined
      }
    />
  );
}
