import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { type Fault, valueAt } from '../../form/fault.js';
import { modeOf, type Step } from './flow.js';
import { faultAt } from './flow-faults.js';

export interface GroupFieldsProps {
  readonly step: Step;
  readonly at: string;
  readonly faults: readonly Fault[];
  onChange(group: object): void;
}

/** How the steps of a group are run. */
export function GroupFields({ step, at, faults, onChange }: GroupFieldsProps) {
  const mode = modeOf(step);
  const group = typeof step.group === 'object' && step.group !== null ? step.group : {};
  const atMost = valueAt(group, '/atMost');
  const change = (fields: object): void =>
    onChange(Object.fromEntries(Object.entries({ ...group, ...fields }).filter(([, value]) => value !== undefined)));
  const fault = faultAt(faults, `${at}/group`) ?? faultAt(faults, `${at}/group/steps`);
  return (
    <Stack gap={6}>
      <Group gap="md" align="flex-end">
        <SegmentedControl
          size="xs"
          aria-label="How the steps of the group are run"
          value={mode}
          data={[
            { value: 'parallel', label: 'Steps at a time' },
            { value: 'sequence', label: 'One after another' },
          ]}
          onChange={(next) => change(next === 'sequence' ? { mode: next, atMost: undefined } : { mode: undefined })}
        />
        {mode === 'parallel' && (
          <TextInput
            size="xs"
            label="Most runs at a time"
            placeholder="all"
            w={150}
            value={atMost === undefined ? '' : String(atMost)}
            error={faultAt(faults, `${at}/group/atMost`)}
            onChange={(event) => {
              const text = event.currentTarget.value.trim();
              change({ atMost: text === '' ? undefined : Number.isFinite(Number(text)) ? Number(text) : text });
            }}
          />
        )}
      </Group>
      {fault !== undefined && (
        <Text size="xs" c="var(--mr-bad)">
          {fault}
        </Text>
      )}
    </Stack>
  );
}
