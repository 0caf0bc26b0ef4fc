import { Button } from '@backstage/ui';
import { describeError } from '../../status/describeError';
import { Notice } from '../Notice/Notice';

/** Why there is nothing to show, and what to do. */
export function ErrorState(props: { error: unknown; onRetry: () => void }) {
  const { title, description } = describeError(props.error);
  return (
    <Notice
      status="danger"
      title={title}
      description={description}
      actions={
        <Button size="small" variant="secondary" onPress={props.onRetry}>
          Try again
        </Button>
      }
    />
  );
}
