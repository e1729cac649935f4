import { Textarea } from '@mantine/core';
import { useContext, useEffect, useState } from 'react';
import { type Path, pointerOf } from './fault.js';
import styles from './form.module.css';
import { FrameContext, useFormState } from './form-state.js';
import { lossIn } from './lost-number.js';

export interface JsonFieldProps {
  readonly id: string;
  readonly path: Path;
  readonly value: unknown;
  readonly label: string;
  onChange(value: unknown): void;
}

/** Any value, as JSON. */
export function JsonField({ id, path, value, label, onChange }: JsonFieldProps) {
  const { describedBy, hasFault } = useContext(FrameContext);
  const { isDisabled, setBroken } = useFormState();
  const [typed, setTyped] = useState(() => textOf(value));
  const [problem, setProblem] = useState<string>();
  const pointer = pointerOf(path);
  const read = parse(typed);
  // Somebody else has changed the value: what stands here is old. Text that is no JSON yet is kept.
  const isOld = !('problem' in read) && JSON.stringify(read.value) !== JSON.stringify(value);
  const text = isOld ? textOf(value) : typed;
  useEffect(() => () => setBroken(pointer, false), [setBroken, pointer]);
  return (
    <>
      <Textarea
        id={id}
        size="xs"
        className={styles['mono']}
        autosize
        minRows={2}
        maxRows={16}
        value={text}
        disabled={isDisabled}
        error={hasFault || problem !== undefined}
        aria-label={path.length === 0 ? label : undefined}
        aria-describedby={[describedBy, problem && `${id}-json`].filter(Boolean).join(' ') || undefined}
        placeholder="JSON"
        onChange={(event) => {
          const now = event.currentTarget.value;
          const parsed = parse(now);
          setTyped(now);
          setBroken(pointer, 'problem' in parsed);
          setProblem('problem' in parsed ? parsed.problem : undefined);
          if (!('problem' in parsed)) onChange(parsed.value);
        }}
        spellCheck={false}
      />
      {problem !== undefined && (
        <div id={`${id}-json`} className={styles['faults']}>
          {problem}
        </div>
      )}
    </>
  );
}

const textOf = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value, null, 2));

/** Empty is no value. */
export function parse(text: string): { readonly value: unknown } | { readonly problem: string } {
  if (text.trim() === '') return { value: undefined };
  try {
    const value: unknown = JSON.parse(text);
    const loss = lossIn(text);
    if (!loss) return { value };
    return { problem: `has a number in line ${loss.line} that is not kept as it is written: ${loss.words}` };
  } catch (error) {
    return { problem: `is not JSON yet: ${error instanceof Error ? error.message : String(error)}` };
  }
}
