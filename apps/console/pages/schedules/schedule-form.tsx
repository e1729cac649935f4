import { Alert, Button, Fieldset, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { ApiProblem } from '../../client/problem.js';
import { useMayChange } from '../../client/session.js';
import { useTasks } from '../../client/tasks.js';
import { type Fault, faultsBelow } from '../../form/fault.js';
import { SchemaForm } from '../../form/schema-form.js';
import { ProblemNote } from '../../ui/notes.js';
import { RuleFields } from './rule-fields.js';
import { RulePreview } from './rule-preview.js';
import { ruleOf, type ScheduleDraft } from './schedule-draft.js';
import styles from './schedule-form.module.css';
import { TermFields } from './term-fields.js';
import { useRulePreview } from './use-rule-preview.js';

export interface ScheduleFormProps {
  readonly title: string;
  /** On the button that sends it. */
  readonly verb: string;
  readonly draft: ScheduleDraft;
  /** The draft in which nothing was written. */
  readonly empty: ScheduleDraft;
  readonly hasFixedName?: boolean;
  onChange(draft: ScheduleDraft): void;
  onClose(): void;
  /** Sends it; what it throws is shown, the faults of fields beside them. */
  onSend(): Promise<void>;
}

const noFaults: readonly Fault[] = [];

/** What makes or changes a schedule, with the times that it would have. */
export function ScheduleForm(props: ScheduleFormProps) {
  const { title, verb, draft, empty, hasFixedName = false, onChange, onClose, onSend } = props;
  const mayChange = useMayChange();
  const [isBusy, setBusy] = useState(false);
  const [isBroken, setBroken] = useState(false);
  // A form that is begun anew is another one: text that is no value yet goes with the old one.
  const [round, setRound] = useState(0);
  const [refused, setRefused] = useState<{ readonly error: unknown; readonly draft: ScheduleDraft }>();
  const preview = useRulePreview(ruleOf(draft));
  const tasks = useTasks();
  const task = tasks.data?.items.find(({ name }) => name === draft.task);
  const set = (change: Partial<ScheduleDraft>): void => onChange({ ...draft, ...change });

  const faults = refused?.error instanceof ApiProblem ? refused.error.faults : noFaults;
  // The same list as long as it is the same answer: each fault goes when its field is changed.
  const inputFaults = useMemo(() => faultsBelow(faults, '/input'), [faults]);
  /** What the API found wrong with a field, until that is changed. */
  const faultOf = (path: string, isSame: (before: ScheduleDraft) => boolean): string | undefined =>
    refused && isSame(refused.draft) ? faults.find((fault) => fault.path === path)?.message : undefined;
  const ruleFaultOf = (field: 'cron' | 'everyMs' | 'timezone'): string | undefined =>
    preview.faults[field] ??
    faultOf(`/${field}`, (before) => JSON.stringify(ruleOf(before)) === JSON.stringify(ruleOf(draft)));
  const isChanged = JSON.stringify(draft) !== JSON.stringify(empty);
  const taskNames = [...new Set([...(tasks.data?.items ?? []).map(({ name }) => name), draft.task])].filter(Boolean);

  const send = async (): Promise<void> => {
    setBusy(true);
    setRefused(undefined);
    try {
      await onSend();
    } catch (error) {
      setRefused({ error, draft });
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal opened onClose={onClose} title={title} size={980} closeOnClickOutside={false}>
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Stack gap="sm">
          <div className={styles['pair']}>
            <TextInput
              label="Name"
              description="Small letters, digits and -"
              required
              withAsterisk={false}
              disabled={hasFixedName}
              value={draft.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
              error={nameFault(draft.name) ?? faultOf('/name', ({ name }) => name === draft.name)}
              data-autofocus={!hasFixedName || undefined}
              autoComplete="off"
              spellCheck={false}
            />
            <Select
              label="Task"
              description="Of which runs are recorded"
              placeholder="Choose a task"
              required
              withAsterisk={false}
              searchable
              data={taskNames}
              value={draft.task === '' ? null : draft.task}
              onChange={(chosen) => set({ task: chosen ?? '' })}
              error={faultOf('/task', (before) => before.task === draft.task)}
            />
          </div>
          <RuleFields draft={draft} onChange={set} faultOf={ruleFaultOf} />
          <Fieldset legend="Input of each run" className={styles['input']}>
            {task === undefined ? (
              <Text size="sm" c="dimmed">
                {draft.task === '' ? 'Choose a task: its input has a form.' : 'Reading the task …'}
              </Text>
            ) : (
              <SchemaForm
                key={`${task.name} ${round}`}
                schema={Object(task.inputSchema)}
                value={draft.inputs[task.name] ?? {}}
                onChange={(input) => set({ inputs: { ...draft.inputs, [task.name]: input } })}
                faults={inputFaults}
                onBroken={setBroken}
                label={`Input of ${task.name}`}
              />
            )}
          </Fieldset>
          <TermFields draft={draft} onChange={set} faults={faults} />
        </Stack>
        <div className={styles['side']}>
          <RulePreview rule={ruleOf(draft)} preview={preview} />
        </div>
        <div className={styles['end']}>
          {refused !== undefined && <ProblemNote error={refused.error} />}
          {isBroken && (
            <Alert color="orange" p="xs">
              A field of the input has text that is no value; see beside it.
            </Alert>
          )}
          <Group justify="space-between" gap="xs">
            <Button
              variant="subtle"
              color="gray"
              disabled={!isChanged && !isBroken}
              onClick={() => {
                onChange(empty);
                setRefused(undefined);
                setRound(round + 1);
              }}
            >
              Start anew
            </Button>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                Close
              </Button>
              <Button
                type="submit"
                loading={isBusy}
                disabled={
                  !mayChange ||
                  isBroken ||
                  !isChanged ||
                  draft.name === '' ||
                  draft.task === '' ||
                  ruleOf(draft) === undefined
                }
              >
                {verb}
              </Button>
            </Group>
          </Group>
        </div>
      </form>
    </Modal>
  );
}

const nameFault = (name: string): string | undefined =>
  name === '' || /^[a-z][a-z0-9-]{0,62}$/.test(name)
    ? undefined
    : 'must begin with a small letter, and have small letters, digits and - only, at most 63';
