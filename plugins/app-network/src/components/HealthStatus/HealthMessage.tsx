import { Alert } from '@backstage/ui';
import type { Health } from '../../status/health';

/** Why something is not ready and what to do, in the words of who found it; nothing when it is ready. */
export function HealthMessage(props: { health: Health }) {
  const { health } = props;
  if (health.level === 'ready' || !(health.message || health.reason)) {
    return null;
  }
  return (
    <Alert
      role="status"
      status={health.level === 'problem' ? 'danger' : 'info'}
      icon
      title={health.reason ?? health.label}
      description={health.message}
    />
  );
}
