import { Button, MultiSelect, Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './questions.module.css';

export interface QuestionFormProps {
  readonly isChanged: boolean;
  /** Why it cannot be asked as it is. */
  readonly missing?: string | undefined;
  onAsk(): void;
  readonly children: ReactNode;
}

/** The fields of a question, and the button that asks it; Enter in a field does, too. */
export function QuestionForm({ isChanged, missing, onAsk, children }: QuestionFormProps) {
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === undefined) onAsk();
      }}
    >
      {children}
      <Button type="submit" size="xs" variant={isChanged ? 'filled' : 'default'} disabled={missing !== undefined}>
        Ask
      </Button>
      {missing !== undefined && <span className="dim">{missing}</span>}
      {missing === undefined && isChanged && <span className="dim">not asked yet</span>}
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
}

/** One of some values. */
export function ChoiceField({
  label,
  value,
  onChange,
  options,
  none = 'any',
  isNeeded = false,
}: FieldProps & {
  readonly options: readonly (string | { readonly value: string; readonly label: string })[];
  /** What it is when nothing is chosen. */
  readonly none?: string;
  readonly isNeeded?: boolean;
}) {
  return (
    <Select
      size="xs"
      w={170}
      label={label}
      data={[...options]}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next ?? '')}
      placeholder={none}
      searchable
      clearable={!isNeeded}
      allowDeselect={!isNeeded}
      limit={200}
    />
  );
}

/** Several of some values; as a text with commas between them. */
export function ChoicesField({
  label,
  value,
  onChange,
  options,
  none = 'all',
}: FieldProps & { readonly options: readonly string[]; readonly none?: string }) {
  return (
    <MultiSelect
      size="xs"
      w={260}
      label={label}
      data={[...options]}
      value={value === '' ? [] : value.split(',')}
      onChange={(next) => onChange(next.join(','))}
      placeholder={value === '' ? none : ''}
      searchable
      clearable
      hidePickedOptions
    />
  );
}

/** A text, a number or a day. */
export function TextField({
  label,
  value,
  onChange,
  kind = 'text',
  hint,
  width = 130,
}: FieldProps & { readonly kind?: 'text' | 'number' | 'date'; readonly hint?: string; readonly width?: number }) {
  return (
    <TextInput
      size="xs"
      w={width}
      label={label}
      type={kind}
      step={kind === 'number' ? 'any' : undefined}
      value={value}
      placeholder={hint}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
