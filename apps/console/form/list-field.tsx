import { Textarea } from '@mantine/core';
import { useContext, useState } from 'react';
import { countOf } from '../ui/format.js';
import { type Path, pointerOf } from './fault.js';
import styles from './form.module.css';
import { FrameContext, useFormState } from './form-state.js';
import { numberTyped } from './lost-number.js';

export interface ListFieldProps {
  readonly id: string;
  readonly path: Path;
  readonly of: 'string' | 'number';
  readonly value: unknown;
  readonly isRequired: boolean;
  onChange(value: unknown): void;
}

/** No more faults of single items are shown at a time. */
const shownFaults = 5;

/** A list of texts or numbers, one per line; numbers may stand beside each other, too, so that a column or a row can be pasted. */
export function ListField({ id, path, of, value, isRequired, onChange }: ListFieldProps) {
  const { describedBy, hasFault } = useContext(FrameContext);
  const { faults, isDisabled } = useFormState();
  const [typed, setTyped] = useState(() => textOf(value, of));
  const text = JSON.stringify(itemsOf(typed, of)) === JSON.stringify(value) ? typed : textOf(value, of);
  const pointer = pointerOf(path);
  const ofItems = [...faults].flatMap(([at, messages]) =>
    at.startsWith(`${pointer}/`) ? messages.map((message) => ({ at: at.slice(pointer.length + 1), message })) : [],
  );
  const count = Array.isArray(value) ? value.length : 0;
  const itemFaults = ofItems.length > 0 ? `${id}-items` : undefined;
  return (
    <>
      <Textarea
        id={id}
        size="xs"
        className={styles['mono']}
        autosize
        minRows={2}
        maxRows={10}
        value={text}
        disabled={isDisabled}
        error={hasFault || ofItems.length > 0}
        aria-describedby={[describedBy, itemFaults].filter((each) => each !== undefined).join(' ') || undefined}
        aria-required={isRequired || undefined}
        placeholder={of === 'number' ? 'Numbers, with spaces or commas between them, or one per line' : 'One per line'}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          onChange(itemsOf(event.currentTarget.value, of));
        }}
      />
      {count > 0 && <div className={styles['small']}>{countOf(count, 'item')}</div>}
      {ofItems.length > 0 && (
        <ul id={itemFaults} className={styles['faults']}>
          {ofItems.slice(0, shownFaults).map(({ at, message }) => (
            <li key={`${at} ${message}`}>
              Item {Number(at) + 1} {message}
            </li>
          ))}
          {ofItems.length > shownFaults && <li>and {ofItems.length - shownFaults} more</li>}
        </ul>
      )}
    </>
  );
}

/** Numbers stand beside each other, texts below each other, since they may have commas in them. */
const textOf = (value: unknown, of: 'string' | 'number'): string =>
  Array.isArray(value)
    ? value
        .map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each)))
        .join(of === 'number' ? ', ' : '\n')
    : '';

function itemsOf(text: string, of: 'string' | 'number'): unknown {
  const items = (of === 'number' ? text.split(/[\s,;]+/) : text.split('\n').map((line) => line.trim())).filter(
    (each) => each !== '',
  );
  if (items.length === 0) return undefined;
  if (of === 'string') return items;
  // What is no number, or would not be kept as one, stays as it was typed, and is a fault of its item.
  return items.map(numberTyped);
}
