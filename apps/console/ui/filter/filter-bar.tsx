import { Button, Group, Popover, Stack } from '@mantine/core';
import { IconFilter, IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import { type Filter, setFilters, wordsOfValue } from './filter.js';
import styles from './filter-bar.module.css';
import { FilterField } from './filter-field.js';

export interface FilterBarProps {
  readonly filters: readonly Filter[];
  readonly values: Readonly<Record<string, string | undefined>>;
  onChange(change: Readonly<Record<string, string | undefined>>): void;
}

/** The filters of a list, and below them in words which of them are at work, each with a button that takes it away. */
export function FilterBar({ filters, values, onChange }: FilterBarProps) {
  const set = setFilters(filters, values);
  const bar = useRef<HTMLElement>(null);
  /** The button that was pressed is gone: the focus stays among the filters. */
  const take = (names: readonly string[]): void => {
    onChange(Object.fromEntries(names.map((name) => [name, undefined])));
    bar.current?.focus();
  };
  const fieldOf = (filter: Filter) => (
    <FilterField
      key={filter.name}
      filter={filter}
      value={values[filter.name] ?? ''}
      onChange={(value) => onChange({ [filter.name]: value === '' ? undefined : value })}
    />
  );
  const more = filters.filter(({ isMain }) => isMain !== true);
  return (
    <search className={styles['bar']} ref={bar} tabIndex={-1} aria-label="Filters">
      <Group gap="xs" align="flex-end" className={styles['fields'] ?? ''}>
        {filters.filter(({ isMain }) => isMain === true).map(fieldOf)}
        {more.length > 0 && (
          <Popover position="bottom-start" shadow="md" trapFocus width={320}>
            <Popover.Target>
              <Button variant="default" size="xs" leftSection={<IconFilter size={14} aria-hidden />}>
                More filters
              </Button>
            </Popover.Target>
            <Popover.Dropdown mah="min(70vh, 560px)" style={{ overflowY: 'auto' }}>
              <Stack gap="xs">{more.map(fieldOf)}</Stack>
            </Popover.Dropdown>
          </Popover>
        )}
      </Group>
      {set.length > 0 && (
        <Group gap={6} className={styles['chips']} role="group" aria-label="Filters at work">
          <span className={styles['count']}>{set.length === 1 ? '1 filter' : `${set.length} filters`}</span>
          {set.map(({ filter, value }) => (
            <button
              key={filter.name}
              type="button"
              className={styles['chip']}
              onClick={() => take([filter.name])}
              aria-label={`Take the filter ${filter.label} ${wordsOfValue(filter, value)} away`}
            >
              <span className={styles['name']}>{filter.label}</span> {wordsOfValue(filter, value)}
              <IconX size={12} aria-hidden />
            </button>
          ))}
          <Button variant="subtle" size="compact-xs" onClick={() => take(set.map(({ filter }) => filter.name))}>
            Clear all
          </Button>
        </Group>
      )}
    </search>
  );
}
