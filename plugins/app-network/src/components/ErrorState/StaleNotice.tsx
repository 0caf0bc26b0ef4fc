import { describeError } from '../../status/describeError';
import { Notice } from '../Notice/Notice';

/** Tells that what is shown is the last answer, as the latest call failed. */
export function StaleNotice(props: { error: unknown }) {
  const { title, description } = describeError(props.error);
  return (
    <Notice
      status="warning"
      title={`${title}; what is shown may be out of date`}
      description={description}
    />
  );
}
