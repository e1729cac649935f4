import { Textarea } from '@mantine/core';
import { useState } from 'react';
import styles from './form.module.css';
import { parse } from './json-field.js';

export interface JsonViewProps {
  readonly label: string;
  readonly value: unknown;
  onChange(value: unknown): void;
  /** Text that is no JSON yet, or would be read as another value, kept with the draft; undefined: the text is the value's. */
  readonly broken: string | undefined;
  onBroken(text: string | undefined): void;
  readonly isDisabled?: boolean;
}

/** The same value as the form's, as a text. The form follows as soon as the text is JSON. */
export function JsonView({ label, value, onChange, broken, onBroken, isDisabled = false }: JsonViewProps) {
  const [typed, setTyped] = useState<string>();
  const own = broken ?? typed;
  const read = own === undefined ? undefined : parse(own);
  const holds = read !== undefined && ('problem' in read || JSON.stringify(read.value) === JSON.stringify(value));
  const text = holds && own !== undefined ? own : (JSON.stringify(value, null, 2) ?? '');
  const problem = holds && read && 'problem' in read ? read.problem : undefined;
  return (
    <Textarea
      label={label}
      className={styles['mono']}
      autosize
      minRows={6}
      maxRows={28}
      spellCheck={false}
      value={text}
      disabled={isDisabled}
      error={problem && `This ${problem}`}
      onChange={(event) => {
        const now = event.currentTarget.value;
        const parsed = parse(now);
        setTyped(now);
        if ('problem' in parsed) onBroken(now);
        else {
          onBroken(undefined);
          onChange(parsed.value);
        }
      }}
    />
  );
}
