import type { PlannedObject } from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { Diff, Hunk, parseDiff } from 'react-diff-view';
import 'react-diff-view/style/index.css';
import { CodeBlock } from '../Copy/CodeBlock';
import { qualifiedName } from '../NetworkSection/objectName';
import styles from './ObjectDiff.module.css';

/** What would change in an object; one that is made or deleted is shown as a whole. */
export default function ObjectDiff(props: { object: PlannedObject }) {
  const { ref, note, diff, before, after } = props.object;
  const name = `${ref.kind} ${qualifiedName(ref)}`;
  return (
    <div className={styles.body}>
      {note && (
        <Text as="p" variant="body-medium">
          {note}
        </Text>
      )}
      {diff ? (
        <UnifiedDiff label={`Changes of ${name}`} diff={diff} />
      ) : (
        <CodeBlock label={`YAML of ${name}`} text={after ?? before ?? ''} />
      )}
    </div>
  );
}

function UnifiedDiff(props: { label: string; diff: string }) {
  // The parser reads what git writes, which has one line more than a unified diff.
  const files = parseDiff(`diff --git a/before b/after\n${props.diff}`);
  return (
    <div
      role="region"
      aria-label={props.label}
      className={styles.diff}
      // It scrolls, so it is reached with the keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      {files.map(({ type, hunks }) => (
        <Diff key="diff" viewType="unified" diffType={type} hunks={hunks}>
          {shown => shown.map(hunk => <Hunk key={hunk.content} hunk={hunk} />)}
        </Diff>
      ))}
    </div>
  );
}
