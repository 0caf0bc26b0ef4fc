import { CodeSnippet } from '@backstage/core-components';
import styles from './CodeBlock.module.css';
import { CopyButton } from './CopyButton';

/** YAML that can be copied as a whole. */
export function CodeBlock(props: { text: string; label: string }) {
  const { text, label } = props;
  return (
    <div className={styles.block} role="region" aria-label={label}>
      <div className={styles.copy}>
        <CopyButton value={text} label={label} />
      </div>
      <CodeSnippet text={text} language="yaml" customStyle={SNIPPET_STYLE} />
    </div>
  );
}

// The block draws the box; the snippet is its text alone.
const SNIPPET_STYLE = {
  margin: 0,
  padding: '0.75rem 1rem',
  background: 'transparent',
  fontSize: '0.8125rem',
  lineHeight: 1.5,
};
