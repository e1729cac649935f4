import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import type { Column } from './column.js';

export interface ColumnChoiceProps<T> {
  readonly columns: readonly Column<T>[];
  readonly hidden: readonly string[];
  onChange(hidden: readonly string[]): void;
}

/** Which columns a table shows. */
export function ColumnChoice<T>({ columns, hidden, onChange }: ColumnChoiceProps<T>) {
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button variant="subtle" color="gray" leftSection={<IconColumns3 size={15} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        <Stack gap={6}>
          {columns
            .filter(({ isFixed }) => isFixed !== true)
            .map(({ id, header, about }) => (
              <Checkbox
                key={id}
                size="xs"
                label={header}
                description={about}
                checked={!hidden.includes(id)}
                onChange={(event) =>
                  onChange(event.currentTarget.checked ? hidden.filter((each) => each !== id) : [...hidden, id])
                }
              />
            ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
