import { Button, Collapse, Select } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Fault } from '../../form/fault.js';
import { SchemaForm } from '../../form/schema-form.js';
import type { ScheduleDraft } from './schedule-draft.js';
import styles from './schedule-form.module.css';

export interface TermFieldsProps {
  readonly draft: ScheduleDraft;
  onChange(change: Partial<ScheduleDraft>): void;
  /** What the API found wrong. */
  readonly faults: readonly Fault[];
}

/** What happens to a slot while a run of an earlier one goes on. */
export const overlapWords = {
  skip: 'It is skipped',
  queue: 'It waits, and fires when that has ended',
  allow: 'It fires beside it',
} as const;

/** What happens to slots that nobody fired in time. */
export const catchUpWords = {
  none: 'They are missed',
  latest: 'The latest fires',
  all: 'All fire, the latest 1,000 at most',
} as const;

const furtherSchema = {
  type: 'object',
  properties: {
    labels: {
      type: 'object',
      title: 'Labels',
      description: 'Given to each of its runs, beside those of the task',
      additionalProperties: { type: 'string', maxLength: 200 },
    },
    priority: {
      type: 'integer',
      title: 'Priority',
      description: 'Of its runs: 1 first, higher later; 0 before all numbers; the task’s if not given',
      minimum: 0,
      maximum: 2_097_152,
    },
  },
  additionalProperties: false,
};

/** How a schedule deals with slots that come too early or too late, and what its runs get. */
export function TermFields({ draft, onChange, faults }: TermFieldsProps) {
  const further = useMemo(() => faults.filter(({ path }) => /^\/(labels|priority)(\/|$)/.test(path)), [faults]);
  const [isOpen, setOpen] = useState(Object.keys(draft.further).length > 0);
  return (
    <>
      <div className={styles['pair']}>
        <Select
          label="While the run of an earlier slot goes on"
          data={optionsOf(overlapWords)}
          value={draft.overlap}
          allowDeselect={false}
          onChange={(chosen) => isIn(overlapWords, chosen) && onChange({ overlap: chosen })}
        />
        <Select
          label="Slots that nobody fired within a minute"
          data={optionsOf(catchUpWords)}
          value={draft.catchUp}
          allowDeselect={false}
          onChange={(chosen) => isIn(catchUpWords, chosen) && onChange({ catchUp: chosen })}
        />
      </div>
      <div>
        <Button
          variant="subtle"
          color="gray"
          aria-expanded={isOpen}
          leftSection={isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
        >
          Labels and priority of its runs
        </Button>
        <Collapse expanded={isOpen || further.length > 0}>
          <SchemaForm
            schema={furtherSchema}
            value={draft.further}
            onChange={(value) => onChange({ further: typeof value === 'object' && value !== null ? value : {} })}
            faults={further}
            label="Labels and priority"
          />
        </Collapse>
      </div>
    </>
  );
}

const optionsOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

const isIn = <T extends object>(words: T, text: string | null): text is Extract<keyof T, string> =>
  text !== null && Object.hasOwn(words, text);
