import type { ComponentStatus } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { useId } from 'react';
import styles from './PlatformPage.module.css';

/** How many of the components are ready. */
export function InstallationProgress(props: { components: ComponentStatus[] }) {
  const wanted = props.components.filter(({ state }) => state !== 'Disabled');
  const ready = wanted.filter(isThere).length;
  // What is on its way counts as far as it has come.
  const done = wanted.reduce(
    (sum, component) =>
      sum + (isThere(component) ? 100 : component.percent ?? 0),
    0,
  );
  const labelId = useId();
  return (
    <div className={styles.progress}>
      <Text as="span" variant="body-medium" id={labelId}>
        {`${ready} of ${wanted.length} components ready`}
      </Text>
      <progress
        className={styles.bar}
        aria-labelledby={labelId}
        value={done / 100}
        max={wanted.length}
      />
    </div>
  );
}

function isThere({ state }: ComponentStatus): boolean {
  return state === 'Ready' || state === 'Existing' || state === 'Drifted';
}
