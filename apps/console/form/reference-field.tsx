import { ActionIcon, Group, Select, TextInput, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useContext } from 'react';
import { FrameContext, useFormState } from './form-state.js';
import { type Referable, type Reference, wordsOfReference, writeReference } from './reference.js';

export interface ReferenceFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: Reference;
  onChange(value: unknown): void;
}

const keyOf = (reference: Reference): string => JSON.stringify(writeReference(reference));

/** An output that is put in place of the value when the step begins: chosen, with a field for parts that no schema names. */
export function ReferenceField({ id, label, value, onChange }: ReferenceFieldProps) {
  const { referables = [], isDisabled } = useFormState();
  const { describedBy, hasFault } = useContext(FrameContext);
  const known = referables.some(({ reference }) => keyOf(reference) === keyOf(value));
  const data = [...(known ? [] : [{ reference: value }]), ...referables].map(({ reference, about }: Referable) => ({
    value: keyOf(reference),
    label: `${wordsOfReference(reference)}${about === undefined ? '' : `  (${about})`}`,
  }));
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Select
        id={id}
        size="xs"
        flex={2}
        data={data}
        value={keyOf(value)}
        allowDeselect={false}
        searchable
        disabled={isDisabled}
        error={hasFault}
        aria-describedby={describedBy}
        onChange={(chosen) => {
          const found = referables.find(({ reference }) => keyOf(reference) === chosen);
          if (found) onChange(writeReference(found.reference));
        }}
      />
      <TextInput
        size="xs"
        flex={1}
        aria-label={`Part of the output for ${label}, as a JSON pointer`}
        placeholder="/part, or all of it"
        value={value.pointer}
        disabled={isDisabled}
        error={hasFault}
        onChange={(event) => onChange(writeReference({ ...value, pointer: event.currentTarget.value }))}
      />
      <Tooltip label="Write a value instead">
        <ActionIcon
          variant="subtle"
          color="gray"
          onClick={() => onChange(undefined)}
          disabled={isDisabled}
          aria-label={`Write a value for ${label} instead`}
        >
          <IconX size={14} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
