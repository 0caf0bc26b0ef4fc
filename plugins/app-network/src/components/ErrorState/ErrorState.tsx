import { Alert, Button } from '@backstage/ui';
import { describeError } from '../../status/describeError';

/** Why there is nothing to show, and what to do. */
export function ErrorState(props: { error: unknown; onRetry: () => void }) {
  const { title, description } = describeError(props.error);
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      title={title}
      description={description}
      customActions={
        <Button size="small" variant="secondary" onPress={props.onRetry}>
          Try again
        </Button>
      }
    />
  );
}
