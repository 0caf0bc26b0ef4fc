import {
  RiAlertFill,
  RiCheckboxCircleFill,
  RiErrorWarningFill,
  RiLoader4Line,
  RiQuestionLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type { Health, HealthLevel } from '../../status/health';
import styles from './HealthStatus.module.css';

const ICONS: Record<HealthLevel, RemixiconComponentType> = {
  ready: RiCheckboxCircleFill,
  progress: RiLoader4Line,
  warning: RiAlertFill,
  problem: RiErrorWarningFill,
  unknown: RiQuestionLine,
};

/** How something is: a shape, a colour and always the word. */
export function HealthStatus(props: {
  health: Pick<Health, 'level' | 'label'>;
  size?: 'small' | 'medium';
}) {
  const { health, size = 'small' } = props;
  const Icon = ICONS[health.level];
  return (
    <span className={styles.status} data-level={health.level} data-size={size}>
      <Icon aria-hidden className={styles.icon} />
      {health.label}
    </span>
  );
}
