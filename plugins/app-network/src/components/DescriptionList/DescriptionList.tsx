import { Fragment, type ReactNode } from 'react';
import styles from './DescriptionList.module.css';

/** Names and what they stand for, side by side. */
export function DescriptionList(props: {
  entries: { term: string; description: ReactNode }[];
}) {
  return (
    <dl className={styles.list}>
      {props.entries.map(({ term, description }) => (
        <Fragment key={term}>
          <dt className={styles.term}>{term}</dt>
          <dd className={styles.description}>{description}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
