import { Group, Select, Stack, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { JsonView } from '../../form/json-view.js';
import { lossIn } from '../../form/lost-number.js';
import { type Referable, readReference, wordsOfReference, writeReference } from '../../form/reference.js';
import { comparisons, outcomes } from './condition.js';

export interface ConditionFieldProps {
  readonly value: unknown;
  /** Steps whose end may be asked for. */
  readonly keys: readonly string[];
  readonly referables: readonly Referable[];
  readonly fault: string | undefined;
  onChange(value: unknown): void;
  /** Whether there is text that is no condition yet. */
  onBroken(isBroken: boolean): void;
}

const kinds = [
  { value: 'always', label: 'always' },
  { value: 'state', label: 'if a step has ended so' },
  { value: 'output', label: 'if an output is so' },
  { value: 'json', label: 'if several hold (as JSON)' },
] as const;
type Kind = (typeof kinds)[number]['value'];

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;

function kindOf(value: unknown): Kind {
  if (value === undefined) return 'always';
  if (fieldOf(value, 'state') !== undefined) return 'state';
  return fieldOf(value, '$output') === undefined ? 'json' : 'output';
}

/** Whether a step is run: always, by how another one has ended, by a value, or by any condition as JSON. */
export function ConditionField({ value, keys, referables, fault, onChange, onBroken }: ConditionFieldProps) {
  const [isJson, setJson] = useState(false);
  const [broken, setBroken] = useState<string>();
  const isBroken = broken !== undefined;
  useEffect(() => {
    if (!isBroken) return;
    onBroken(true);
    return () => onBroken(false);
  }, [isBroken, onBroken]);
  const kind = isJson && value !== undefined ? 'json' : kindOf(value);
  const [firstKey] = keys;
  const outputs = referables.filter(({ reference }) => reference.kind === 'output');
  const [firstOutput] = outputs;
  const choose = (chosen: string | null): void => {
    setJson(chosen === 'json');
    setBroken(undefined);
    if (chosen === 'always') onChange(undefined);
    else if (chosen === 'state') onChange({ step: firstKey, state: 'failed' });
    else if (chosen === 'output' && firstOutput) onChange({ ...writeReference(firstOutput.reference), exists: true });
    else if (chosen === 'json') onChange(value ?? { all: [] });
  };
  return (
    <Stack gap={6}>
      <Select
        size="xs"
        label="Runs"
        w={260}
        data={kinds.map((each) => ({
          ...each,
          disabled: (each.value === 'state' && keys.length === 0) || (each.value === 'output' && outputs.length === 0),
        }))}
        value={kind}
        allowDeselect={false}
        onChange={choose}
        error={kind === 'always' ? undefined : fault}
      />
      {kind === 'state' && <OutcomeFields value={value} keys={keys} onChange={onChange} />}
      {kind === 'output' && <ComparisonFields value={value} outputs={outputs} onChange={onChange} />}
      {kind === 'json' && (
        <JsonView label="Condition" value={value} onChange={onChange} broken={broken} onBroken={setBroken} />
      )}
    </Stack>
  );
}

function OutcomeFields({ value, keys, onChange }: Pick<ConditionFieldProps, 'value' | 'keys' | 'onChange'>) {
  const step = String(fieldOf(value, 'step') ?? '');
  const state = String(fieldOf(value, 'state') ?? '');
  return (
    <Group gap={6}>
      <Select
        size="xs"
        aria-label="Step that has ended"
        data={[...new Set([step, ...keys])].filter((key) => key !== '')}
        value={step}
        allowDeselect={false}
        onChange={(chosen) => onChange({ step: chosen ?? step, state })}
      />
      <Select
        size="xs"
        aria-label="How it has ended"
        data={[...outcomes]}
        value={state}
        allowDeselect={false}
        onChange={(chosen) => onChange({ step, state: chosen ?? state })}
      />
    </Group>
  );
}

interface ComparisonFieldsProps {
  readonly value: unknown;
  readonly outputs: readonly Referable[];
  onChange(value: unknown): void;
}

function ComparisonFields({ value, outputs, onChange }: ComparisonFieldsProps) {
  const reference = readReference(value);
  const own = reference && JSON.stringify(writeReference(reference));
  const found = comparisons.find((each) => fieldOf(value, each.value) !== undefined) ?? comparisons[0];
  const operand = fieldOf(value, found.value);
  const [typed, setTyped] = useState(() => textOf(operand));
  const shown = JSON.stringify(operandOf(typed)) === JSON.stringify(operand) ? typed : textOf(operand);
  const known = new Map(outputs.map((each) => [JSON.stringify(writeReference(each.reference)), each.reference]));
  if (reference && own !== undefined && !known.has(own)) known.set(own, reference);
  const set = (of: string | undefined, comparison: string, to: unknown): void =>
    onChange({
      ...(of === undefined ? {} : writeReference(known.get(of) ?? { kind: 'item', pointer: '' })),
      [comparison]: to,
    });
  return (
    <Group gap={6}>
      <Select
        size="xs"
        w={220}
        aria-label="Output that is compared"
        data={[...known].map(([json, each]) => ({ value: json, label: wordsOfReference(each) }))}
        value={own ?? null}
        allowDeselect={false}
        searchable
        onChange={(chosen) => set(chosen ?? own, found.value, operand)}
      />
      <Select
        size="xs"
        w={170}
        aria-label="How it is compared"
        data={comparisons.map((each) => ({ ...each }))}
        value={found.value}
        allowDeselect={false}
        onChange={(chosen) => set(own, chosen ?? found.value, operand)}
      />
      <TextInput
        size="xs"
        w={140}
        aria-label="What it is compared with"
        value={shown}
        error={isJson(shown) && lossIn(shown) ? 'is compared as a text: as a number it would not be kept' : undefined}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          set(own, found.value, operandOf(event.currentTarget.value));
        }}
      />
    </Group>
  );
}

/** A number, true, false, null, a list or a text in quotation marks as JSON; anything else is a text. */
function operandOf(text: string): unknown {
  return isJson(text) && !lossIn(text) ? JSON.parse(text) : text;
}

const textOf = (operand: unknown): string =>
  typeof operand === 'string' && !isJson(operand) ? operand : (JSON.stringify(operand) ?? '');

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
