import { Text } from '@backstage/ui';
import { useId, type ReactNode } from 'react';
import styles from './SectionPart.module.css';

/** A titled part of a card. */
export function SectionPart(props: {
  title: string;
  hint?: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  const headingId = useId();
  return (
    <div className={styles.part} role="group" aria-labelledby={headingId}>
      <div className={styles.heading}>
        <Text as="h4" variant="body-large" weight="bold" id={headingId}>
          {props.title}
        </Text>
        {props.aside}
        {props.hint && (
          <Text variant="body-small" color="secondary">
            {props.hint}
          </Text>
        )}
      </div>
      {props.children}
    </div>
  );
}
