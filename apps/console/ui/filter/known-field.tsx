import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Filter } from './filter.js';

/** How long after the last letter values are looked for. */
const typingMs = 250;

export interface KnownFieldProps {
  readonly filter: Filter & { readonly kind: 'known' };
  readonly value: string;
  onChange(value: string): void;
}

/** A field that offers the values there are. It takes one when it is chosen, when one presses Enter, and when one leaves the field. */
export function KnownField({ filter, value, onChange }: KnownFieldProps) {
  const [typed, setTyped] = useState(value);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setTyped(value), [value]);
  const [part] = useDebouncedValue(typed === value ? '' : typed, typingMs);
  const { data } = useQuery({
    queryKey: ['filter-values', filter.from, part],
    queryFn: ({ signal }) => filter.find(part, signal),
    enabled: isOpen,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
  const take = (text: string): void => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <Autocomplete
      label={filter.label}
      size="xs"
      w={200}
      placeholder={filter.hint ?? 'any'}
      value={typed}
      data={[...new Set(data ?? [])]}
      // The server has narrowed them.
      filter={({ options }) => options}
      onChange={setTyped}
      onOptionSubmit={take}
      onDropdownOpen={() => setOpen(true)}
      onBlur={() => take(typed)}
      // When the key comes up: an option that it chose is what stands in the field by then.
      onKeyUp={(event) => event.key === 'Enter' && take(typed)}
      clearable
      onClear={() => take('')}
      clearButtonProps={{ 'aria-label': `Clear ${filter.label}` }}
      maxDropdownHeight={280}
    />
  );
}
