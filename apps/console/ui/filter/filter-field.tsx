import { MultiSelect, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { Filter } from './filter.js';
import { KnownField } from './known-field.js';

/**
 * Where options open: within the page's own order, since a click beside a popover that has the field closes it; fixed, so that
 * such a popover does not cut them off.
 */
const withinPopover = { withinPortal: false, floatingStrategy: 'fixed' } as const;

/** How long after the last letter a text is looked for. */
const typingMs = 400;

export interface FilterFieldProps {
  readonly filter: Filter;
  readonly value: string;
  onChange(value: string): void;
}

/** The field of one filter. */
export function FilterField({ filter, value, onChange }: FilterFieldProps) {
  const common = { label: filter.label, size: 'xs', comboboxProps: withinPopover } as const;
  if (filter.kind === 'choice') {
    const data = filter.options.map((option) => ({ ...option }));
    return filter.isMany === true ? (
      <MultiSelect
        {...common}
        data={data}
        value={value === '' ? [] : value.split(',')}
        onChange={(chosen) => onChange(chosen.join(','))}
        placeholder={value === '' ? (filter.hint ?? 'any') : ''}
        searchable
        clearable
        hidePickedOptions
        w={200}
      />
    ) : (
      <Select
        {...common}
        data={data}
        value={value === '' ? null : value}
        onChange={(chosen) => onChange(chosen ?? '')}
        placeholder={filter.hint ?? 'any'}
        searchable
        clearable
        w={180}
      />
    );
  }
  if (filter.kind === 'known') return <KnownField filter={filter} value={value} onChange={onChange} />;
  return <TypedField filter={filter} value={value} onChange={onChange} />;
}

const inputTypes: Readonly<Partial<Record<Filter['kind'], string>>> = {
  time: 'datetime-local',
  clock: 'datetime-local',
  date: 'date',
  number: 'number',
};

/** What is typed stays in the field, whatever the list does meanwhile; it counts after a moment, or with Enter. */
function TypedField({ filter, value, onChange }: FilterFieldProps) {
  /** As it was typed, until the address has something else; undefined: what the address has. */
  const [typed, setTyped] = useState<string>();
  const shown = typed ?? shownOf(filter, value);
  const settle = useDebouncedCallback((text: string) => onChange(storedOf(filter, text)), typingMs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed is in the address a moment after it counts; until then the address has the old one
  useEffect(() => {
    if (typed !== undefined && !settle.isPending() && storedOf(filter, typed) !== value) setTyped(undefined);
  }, [value]);
  return (
    <TextInput
      label={filter.kind === 'number' && filter.unit !== undefined ? `${filter.label} (${filter.unit})` : filter.label}
      size="xs"
      type={inputTypes[filter.kind] ?? 'search'}
      step={filter.kind === 'time' || filter.kind === 'clock' ? 1 : filter.kind === 'number' ? 'any' : undefined}
      placeholder={filter.hint}
      value={shown}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        settle(text);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        settle.cancel();
        onChange(storedOf(filter, shown));
      }}
      w={filter.kind === 'text' ? 240 : 200}
    />
  );
}

/** A field for times takes the viewer's own time of day; the address has UTC, so that a link means the same everywhere. */
function shownOf(filter: Filter, value: string): string {
  if (filter.kind !== 'time' || value === '') return value;
  const time = new Date(value);
  if (Number.isNaN(time.getTime())) return '';
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function storedOf(filter: Filter, text: string): string {
  // Browsers leave out seconds that are nought.
  if (filter.kind === 'clock' && text.length === 16) return `${text}:00`;
  if (filter.kind !== 'time' || text === '') return text.trim();
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
