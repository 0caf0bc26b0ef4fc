import { Alert } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './Notice.module.css';

/** Something to know. A danger interrupts a screen reader, the rest waits for its turn. */
export function Notice(props: {
  status: 'info' | 'success' | 'warning' | 'danger';
  title: string;
  description?: string;
  actions?: ReactNode;
}) {
  const { status, title, description, actions } = props;
  return (
    <Alert
      role={status === 'danger' ? 'alert' : 'status'}
      status={status}
      icon
      title={title}
      description={
        description && <span className={styles.description}>{description}</span>
      }
      customActions={actions}
    />
  );
}
