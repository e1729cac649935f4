import { Checkbox, Group, Stack } from '@mantine/core';
import { useMemo } from 'react';
import { type Fault, faultsBelow } from '../../form/fault.js';
import type { Referable } from '../../form/reference.js';
import { SchemaForm } from '../../form/schema-form.js';

export interface ForEachFieldProps {
  readonly value: unknown;
  readonly atMost: unknown;
  readonly referables: readonly Referable[];
  readonly faults: readonly Fault[];
  /** Where the step is. */
  readonly at: string;
  onChange(fields: { readonly forEach?: unknown; readonly atMost?: unknown }): void;
  /** Whether there is text that is no list yet. */
  onBroken(isBroken: boolean): void;
}

const schema = {
  type: 'object',
  required: ['forEach'],
  properties: {
    forEach: {
      title: 'list',
      description:
        'As JSON, ["a", "b"], or from the output of an earlier step. A field of the input takes the element itself',
    },
    atMost: {
      type: 'integer',
      title: 'at a time',
      minimum: 1,
      maximum: 10_000,
      description: 'Most of its runs that are under way at a time; all if left empty',
    },
  },
};

/** Whether the step is run once for each element of a list. */
export function ForEachField({ value, atMost, referables, faults, at, onChange, onBroken }: ForEachFieldProps) {
  const own = JSON.stringify(
    faults.filter(({ path }) => [`${at}/forEach`, `${at}/atMost`].some((each) => path.startsWith(each))),
  );
  const formFaults = useMemo(() => faultsBelow(JSON.parse(own), at), [own, at]);
  return (
    <Stack gap={6}>
      <Group>
        <Checkbox
          size="xs"
          label="Once for each element of a list"
          checked={value !== undefined}
          onChange={(event) =>
            onChange(event.currentTarget.checked ? { forEach: [] } : { forEach: undefined, atMost: undefined })
          }
        />
      </Group>
      {value !== undefined && (
        <SchemaForm
          schema={schema}
          value={{ forEach: value, ...(atMost === undefined ? {} : { atMost }) }}
          onChange={(next) => {
            const fields: { forEach?: unknown; atMost?: unknown } =
              typeof next === 'object' && next !== null ? next : {};
            onChange({ forEach: fields.forEach ?? [], atMost: fields.atMost });
          }}
          referables={referables.filter(({ reference }) => reference.kind === 'output')}
          faults={formFaults}
          onBroken={onBroken}
          label="List that the step runs for"
        />
      )}
    </Stack>
  );
}
