import type { ComponentStatus } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { qualifiedName } from '../NetworkSection/objectName';
import styles from './PlatformPage.module.css';

/** How far a component is on its way, and what of it somebody has changed. */
export function ComponentMessage(props: { component: ComponentStatus }) {
  const { release, step, percent, message, drift = [] } = props.component;
  const isOnItsWay = percent !== undefined && percent < 100;
  return (
    <div className={styles.message}>
      {message || (drift.length === 0 && !isOnItsWay ? '–' : null)}
      {isOnItsWay && (
        <div className={styles.step}>
          <progress
            className={styles.bar}
            aria-label={`Progress of ${release}`}
            value={percent}
            max={100}
          />
          <Text variant="body-small" color="secondary">
            {[step, `${percent} %`].filter(Boolean).join(' · ')}
          </Text>
        </div>
      )}
      {drift.length > 0 && (
        <ul className={styles.drift} aria-label={`Drift of ${release}`}>
          {drift.map(({ ref, field, message: found }) => (
            <li key={`${ref.kind} ${qualifiedName(ref)} ${field}`}>
              <code className={styles.code}>
                {`${ref.kind} ${qualifiedName(ref)}`}
              </code>{' '}
              {found}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
