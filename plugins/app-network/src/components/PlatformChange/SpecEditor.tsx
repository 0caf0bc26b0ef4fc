import { yaml } from '@codemirror/legacy-modes/mode/yaml';
import { StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorView } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import CodeMirror, { type ReactCodeMirrorRef } from '@uiw/react-codemirror';
import { useEffect, useRef } from 'react';
import styles from './SpecEditor.module.css';
import type { PlacedProblem } from './specFields';

/** An editor for YAML that marks what is wrong where it is. */
export default function SpecEditor(props: {
  label: string;
  value: string;
  problems: PlacedProblem[];
  onChange: (value: string) => void;
}) {
  const { label, value, problems, onChange } = props;
  const editor = useRef<ReactCodeMirrorRef>(null);

  useEffect(() => {
    const view = editor.current?.view;
    if (view) {
      const { length } = view.state.doc;
      view.dispatch(
        setDiagnostics(
          view.state,
          problems.map(({ message, from, to }) => ({
            severity: 'error',
            message,
            from: Math.min(from, length),
            to: Math.min(to, length),
          })),
        ),
      );
    }
  }, [problems]);

  return (
    <CodeMirror
      ref={editor}
      className={styles.editor}
      theme="none"
      value={value}
      maxHeight="34rem"
      // With Tab the keyboard leaves the editor, as it leaves any field.
      indentWithTab={false}
      basicSetup={{ foldGutter: true, highlightActiveLine: false }}
      extensions={[
        ...EXTENSIONS,
        EditorView.contentAttributes.of({ 'aria-label': label }),
      ]}
      onChange={onChange}
    />
  );
}

const EXTENSIONS = [
  StreamLanguage.define(yaml),
  syntaxHighlighting(classHighlighter),
  lintGutter(),
  EditorView.lineWrapping,
];
