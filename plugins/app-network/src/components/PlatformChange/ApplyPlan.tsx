import { Button, Text } from '@backstage/ui';
import type { PlanState } from '../../hooks/usePlan';
import styles from './PlatformChange.module.css';

/** Approves a plan. One that is out of date, or that does nothing, can't be. */
export function ApplyPlan(props: { state: PlanState; onApply: () => void }) {
  const { plan, isStale, pending } = props.state;
  const errors = (plan?.problems ?? []).filter(
    ({ severity }) => severity === 'Error',
  );
  return (
    <div className={styles.approval}>
      {errors.length > 0 && (
        <Text as="p" variant="body-medium" color="secondary">
          What is marked as a problem can’t be done; the rest is.
        </Text>
      )}
      <Button
        variant="primary"
        isDisabled={isStale || plan?.objects.length === 0}
        isPending={pending === 'apply'}
        onPress={props.onApply}
      >
        Apply this plan
      </Button>
    </div>
  );
}
