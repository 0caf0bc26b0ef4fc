import type { Health, HealthLevel } from '../../status/health';
import { Notice } from '../Notice/Notice';

const NOTICE_STATUS: Record<HealthLevel, 'info' | 'warning' | 'danger'> = {
  ready: 'info',
  progress: 'info',
  warning: 'warning',
  problem: 'danger',
  unknown: 'info',
};

/** Why something is not ready and what to do, in the words of who found it; nothing when it is ready. */
export function HealthMessage(props: { health: Health }) {
  const { level, label, reason, message } = props.health;
  if (level === 'ready' || !(message || reason)) {
    return null;
  }
  return (
    <Notice
      status={NOTICE_STATUS[level]}
      title={reason ?? label}
      description={message}
    />
  );
}
