import { CodeSnippet } from '@backstage/core-components';
import styles from './CodeBlock.module.css';

/** YAML that can be copied as a whole. */
export function CodeBlock(props: { text: string; label: string }) {
  return (
    <div className={styles.block} role="region" aria-label={props.label}>
      <CodeSnippet
        text={props.text}
        language="yaml"
        showCopyCodeButton
        customStyle={{ fontSize: '0.8125rem', borderRadius: '0.5rem' }}
      />
    </div>
  );
}
