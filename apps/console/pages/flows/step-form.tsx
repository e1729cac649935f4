import { Alert, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { type Fault, faultsBelow } from '../../form/fault.js';
import { SchemaForm } from '../../form/schema-form.js';
import type { Task } from '../../generated/api.js';
import { ConditionField } from './condition-field.js';
import {
  afterOf,
  allStepsOf,
  changeStep,
  type Flow,
  freeKey,
  isGroup,
  noneIfEmpty,
  type PlacedStep,
  renameStep,
  type Step,
  stepsNamedIn,
  taskOfStep,
  withFields,
} from './flow.js';
import { faultAt, faultWithin } from './flow-faults.js';
import { type FlowOrder, referablesOf } from './flow-order.js';
import { ForEachField } from './for-each-field.js';
import { GroupFields } from './group-fields.js';

export interface StepFormProps {
  readonly placed: PlacedStep;
  readonly order: FlowOrder;
  readonly tasks: readonly Task[];
  /** All that the server found wrong, from the flow on. */
  readonly faults: readonly Fault[];
  onChange(change: (flow: Flow) => Flow): void;
  onBroken(isBroken: boolean): void;
}

const keySyntax = /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/;
const anything = { title: 'input' };

/** All that a step has: its key, its task or group, what it waits for, when it runs, its input. */
export function StepForm({ placed, order, tasks, faults, onChange, onBroken }: StepFormProps) {
  const { step, at } = placed;
  const task = tasks.find(({ name }) => name === taskOfStep(step));
  const referables = useMemo(() => referablesOf(placed, order, tasks), [placed, order, tasks]);
  const broken = useMemo(() => brokenParts(onBroken), [onBroken]);
  const mayWait = order.mayWaitFor(placed).map(({ key }) => key);
  const before = new Set([...order.before(placed)].map(({ key }) => key));
  /** What a field refers to has to have ended, so it is waited for. */
  const set = (fields: Step): void => {
    const named = [fields.input, fields.forEach, fields.when].flatMap((value) => [...stepsNamedIn(value)]);
    const missing = [...new Set(named)].filter((key) => !before.has(key) && mayWait.includes(key));
    const waits = fields.after === undefined && missing.length > 0 ? { after: [...afterOf(step), ...missing] } : {};
    onChange((flow) => changeStep(flow, at, (now) => withFields(now, { ...fields, ...waits })));
  };
  // The form shows these until their fields are changed; the same faults in another list would be new ones to it.
  const ownFaults = JSON.stringify(faultsBelow(faults, `${at}/input`));
  const inputFaults: readonly Fault[] = useMemo(() => JSON.parse(ownFaults), [ownFaults]);
  const whole = faultAt(faults, at);
  return (
    <Stack gap="md">
      {whole !== undefined && (
        <Alert color="red" variant="light" role="alert">
          {whole}
        </Alert>
      )}
      <KeyField
        key={at}
        placed={placed}
        order={order}
        fault={faultAt(faults, `${at}/key`)}
        onRename={(key) => onChange((flow) => renameStep(flow, at, key))}
      />
      {isGroup(step) ? (
        <GroupFields step={step} at={at} faults={faults} onChange={(group) => set({ group })} />
      ) : (
        <Select
          size="xs"
          label="Task"
          required
          searchable
          maw={420}
          placeholder="choose"
          data={[...new Set([...(taskOfStep(step) ? [taskOfStep(step) ?? ''] : []), ...tasks.map(({ name }) => name)])]}
          value={taskOfStep(step) ?? null}
          allowDeselect={false}
          description={task?.description}
          error={faultAt(faults, `${at}/task`)}
          onChange={(name) => onChange((flow) => chooseTask(flow, at, name ?? undefined))}
        />
      )}
      <MultiSelect
        size="xs"
        label="After"
        maw={420}
        placeholder={afterOf(step).length === 0 ? 'begins at once' : ''}
        data={[...new Set([...afterOf(step), ...mayWait])]}
        value={[...afterOf(step)]}
        error={faultWithin(faults, `${at}/after`)}
        onChange={(after) => set({ after: noneIfEmpty(after) ?? undefined })}
        clearable
        searchable
      />
      <ConditionField
        key={`when ${at}`}
        value={step.when}
        keys={mayWait}
        referables={referables}
        fault={faultWithin(faults, `${at}/when`)}
        onChange={(when) => set({ when })}
        onBroken={broken.when}
      />
      {!isGroup(step) && (
        <ForEachField
          value={step.forEach}
          atMost={step.atMost}
          referables={referables}
          faults={faults}
          at={at}
          onChange={set}
          onBroken={broken.forEach}
        />
      )}
      {task && !isGroup(step) && (
        <SchemaForm
          // Another task's fields are another form.
          key={`${at} ${task.name}`}
          schema={task.name === 'flow' ? anything : task.inputSchema}
          value={step.input}
          onChange={(input) => set({ input })}
          referables={task.name === 'flow' ? undefined : referables}
          faults={inputFaults}
          onBroken={broken.input}
          label={`Input of ${placed.key}`}
        />
      )}
    </Stack>
  );
}

/** Any of the step's parts may have text that is no value yet: then the step is not what one sees. */
function brokenParts(onBroken: (isBroken: boolean) => void) {
  const found = new Set<string>();
  const of = (part: string) => (isBroken: boolean) => {
    if (isBroken) found.add(part);
    else found.delete(part);
    onBroken(found.size > 0);
  };
  return { when: of('when'), forEach: of('forEach'), input: of('input') };
}

/** Gives a step another task; one that has no name of its own yet is named after it. */
function chooseTask(flow: Flow, at: string, task: string | undefined): Flow {
  const chosen = changeStep(flow, at, (step) => withFields(step, { task }));
  const key = allStepsOf(flow).find((each) => each.at === at)?.key ?? '';
  return task !== undefined && /^step(-\d+)?$/.test(key) ? renameStep(chosen, at, freeKey(chosen, task)) : chosen;
}

interface KeyFieldProps {
  readonly placed: PlacedStep;
  readonly order: FlowOrder;
  readonly fault: string | undefined;
  onRename(key: string): void;
}

/** The step's key. It takes effect when it is one that can be: until then what others say of the step stays as it is. */
function KeyField({ placed, order, fault, onRename }: KeyFieldProps) {
  const [typed, setTyped] = useState<string>();
  const text = typed ?? placed.key;
  const isTaken = order.steps.some((each) => each !== placed && each.key === text);
  const problem =
    typed === undefined || typed === placed.key
      ? undefined
      : isTaken
        ? 'another step has this key'
        : keySyntax.test(text)
          ? undefined
          : 'must be a letter, then letters, digits, _ . and -, 63 in all';
  const settle = (): void => {
    if (typed === undefined || problem !== undefined) return;
    if (typed !== placed.key) onRename(typed);
    setTyped(undefined);
  };
  return (
    <TextInput
      size="xs"
      label="Key"
      required
      maw={420}
      value={text}
      error={problem ?? fault}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={settle}
      onKeyDown={(event) => event.key === 'Enter' && settle()}
    />
  );
}
