import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type Condition, comparisons, formatConditions, parseConditions } from './conditions.js';
import styles from './questions.module.css';

export interface ConditionRowsProps {
  /** What conditions are about: `metric`. */
  readonly what: string;
  readonly legend: string;
  /** `speed>50,acceleration<=2` */
  readonly value: string;
  onChange(value: string): void;
  readonly options: readonly string[];
  /** What a value of that name can be, in words. */
  adviceOf(name: string): string;
  readonly initial: string;
}

/** Conditions, one below the other, each of a name, a comparison and a number. */
export function ConditionRows({ what, legend, value, onChange, options, adviceOf, initial }: ConditionRowsProps) {
  const conditions = parseConditions(value);
  const change = (at: number, part: Partial<Condition>): void =>
    onChange(formatConditions(conditions.map((each, index) => (index === at ? { ...each, ...part } : each))));
  return (
    <fieldset>
      <legend>{legend}</legend>
      {conditions.map(({ name, comparison, value: number }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is what it is by its position
        <div className={styles['condition']} key={index}>
          <Select
            size="xs"
            w={150}
            aria-label={`${what} of condition ${index + 1}`}
            data={name === '' || options.includes(name) ? [...options] : [name, ...options]}
            value={name === '' ? null : name}
            placeholder={what}
            searchable
            allowDeselect={false}
            onChange={(next) => change(index, { name: next ?? '' })}
          />
          <Select
            size="xs"
            w={64}
            aria-label={`Comparison of condition ${index + 1}`}
            data={[...comparisons]}
            value={comparison}
            allowDeselect={false}
            onChange={(next) => change(index, { comparison: next ?? comparison })}
          />
          <TextInput
            size="xs"
            w={90}
            type="number"
            step="any"
            aria-label={`Number of condition ${index + 1}`}
            value={number}
            placeholder={adviceOf(name)}
            title={adviceOf(name)}
            onChange={(event) => change(index, { value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Take condition ${index + 1} away`}
            onClick={() => onChange(formatConditions(conditions.filter((_, at) => at !== index)))}
          >
            <IconX size={15} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="subtle"
        size="compact-xs"
        leftSection={<IconPlus size={13} aria-hidden />}
        onClick={() =>
          onChange(formatConditions([...conditions, { name: options[0] ?? '', comparison: '>=', value: initial }]))
        }
      >
        {conditions.length === 0 ? `Add a condition on a ${what}` : 'Add another'}
      </Button>
    </fieldset>
  );
}
