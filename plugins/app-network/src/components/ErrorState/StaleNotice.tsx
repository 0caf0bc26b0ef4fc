import { Alert } from '@backstage/ui';
import { describeError } from '../../status/describeError';

/** Tells that what is shown is the last answer, as the latest call failed. */
export function StaleNotice(props: { error: unknown }) {
  const { title, description } = describeError(props.error);
  return (
    <Alert
      role="status"
      status="warning"
      icon
      title={`${title}; what is shown may be out of date`}
      description={description}
    />
  );
}
