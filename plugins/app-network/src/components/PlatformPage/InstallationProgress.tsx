import type { ComponentStatus } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { useId } from 'react';
import styles from './PlatformPage.module.css';

/** How many of the components are ready. */
export function InstallationProgress(props: { components: ComponentStatus[] }) {
  const wanted = props.components.filter(({ state }) => state !== 'Disabled');
  const ready = wanted.filter(({ state }) => state === 'Ready').length;
  const labelId = useId();
  return (
    <div className={styles.progress}>
      <Text as="span" variant="body-medium" id={labelId}>
        {`${ready} of ${wanted.length} components ready`}
      </Text>
      <progress
        className={styles.bar}
        aria-labelledby={labelId}
        value={ready}
        max={wanted.length}
      />
    </div>
  );
}
