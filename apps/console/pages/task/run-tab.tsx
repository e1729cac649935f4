import { Button, Collapse, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconPlayerPlay } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../client/call.js';
import { ApiProblem } from '../../client/problem.js';
import { useMayChange } from '../../client/session.js';
import { type Fault, faultsBelow } from '../../form/fault.js';
import { JsonView } from '../../form/json-view.js';
import { SchemaForm } from '../../form/schema-form.js';
import { useDraft } from '../../form/use-draft.js';
import { startRun, type Task } from '../../generated/api.js';
import { ProblemNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { runOptions } from './run-options.js';
import { StartedRuns } from './started-runs.js';
import styles from './task-page.module.css';

/** What somebody is about to start. */
interface Draft {
  readonly input: unknown;
  readonly options: object;
  readonly view: 'form' | 'json';
  /** Text of the JSON view that is no value yet. */
  readonly broken?: string | undefined;
  readonly started: readonly string[];
}

const isDraft = (found: object): found is Draft =>
  'view' in found && 'options' in found && 'started' in found && Array.isArray(found.started);

const startedShown = 5;
const noFaults: readonly Fault[] = [];
const isEmpty = (value: unknown): boolean => value === undefined || JSON.stringify(value) === '{}';

/** Starts the task: a form made from its input's schema, which the browser keeps until it is emptied. */
export function RunTab({ task }: { readonly task: Task }) {
  const empty: Draft = { input: {}, options: {}, view: 'form', started: [] };
  const [draft, setDraft] = useDraft(`task.${task.name}`, empty, isDraft);
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [isFormBroken, setFormBroken] = useState(false);
  // An emptied form is another one: text that is no value yet goes with the old one.
  const [round, setRound] = useState(0);
  const [hasOptions, setHasOptions] = useState(!isEmpty(draft.options));
  const [faults, setFaults] = useState({ input: noFaults, options: noFaults });
  const mayChange = useMayChange();
  const queries = useQueryClient();
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const isBroken = draft.broken !== undefined || (draft.view === 'form' && isFormBroken);

  const start = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setFaults({ input: noFaults, options: noFaults });
    try {
      const { id } = await call(startRun({ name: task.name, newRun: { ...draft.options, input: draft.input ?? {} } }));
      setDraft((before) => ({
        ...before,
        started: [id, ...before.started.filter((each) => each !== id)].slice(0, startedShown),
      }));
      void queries.invalidateQueries({ queryKey: ['tasks'] });
    } catch (caught) {
      setError(caught);
      if (caught instanceof ApiProblem) {
        const input = faultsBelow(caught.faults, '/input');
        const options = caught.faults.filter(({ path }) => path !== '/input' && !path.startsWith('/input/'));
        setFaults({ input, options });
        if (options.length > 0) setHasOptions(true);
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={styles['run']}>
      <Panel
        title="Input"
        side={
          <SegmentedControl
            size="xs"
            aria-label="How the input is shown"
            value={draft.view}
            onChange={(view) => set({ view: view === 'json' ? 'json' : 'form' })}
            data={[
              { value: 'form', label: 'Form', disabled: draft.broken !== undefined },
              { value: 'json', label: 'JSON' },
            ]}
          />
        }
      >
        <Stack gap="md">
          {draft.view === 'form' ? (
            <SchemaForm
              key={round}
              schema={task.inputSchema}
              value={draft.input}
              onChange={(input) => set({ input })}
              faults={faults.input}
              onBroken={setFormBroken}
              label={`Input of ${task.name}`}
            />
          ) : (
            <JsonView
              key={round}
              label={`Input of ${task.name}, as JSON`}
              value={draft.input}
              onChange={(input) => set({ input })}
              broken={draft.broken}
              onBroken={(broken) => set({ broken })}
            />
          )}
          <div>
            <Button
              variant="subtle"
              color="gray"
              aria-expanded={hasOptions}
              leftSection={
                hasOptions ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />
              }
              onClick={() => setHasOptions(!hasOptions)}
            >
              Labels, delay, priority, tries
            </Button>
            <Collapse expanded={hasOptions}>
              <div className={styles['options']}>
                <SchemaForm
                  schema={runOptions}
                  value={draft.options}
                  onChange={(options) =>
                    set({ options: typeof options === 'object' && options !== null ? options : {} })
                  }
                  faults={faults.options}
                  label={`Options of the run of ${task.name}`}
                />
              </div>
            </Collapse>
          </div>
          {error !== undefined && <ProblemNote error={error} />}
          <Group gap="xs">
            <Button
              size="sm"
              leftSection={<IconPlayerPlay size={15} aria-hidden />}
              loading={isBusy}
              disabled={!mayChange || isBroken}
              onClick={() => void start()}
            >
              Start a run
            </Button>
            <Button
              size="sm"
              variant="default"
              disabled={isEmpty(draft.input) && isEmpty(draft.options) && !isBroken}
              onClick={() => {
                set({ input: {}, options: {}, broken: undefined });
                setRound(round + 1);
                setError(undefined);
                setFaults({ input: noFaults, options: noFaults });
              }}
            >
              Empty the form
            </Button>
            <Text size="xs" c="dimmed">
              {!mayChange
                ? 'You may look at tasks, but not start them.'
                : isBroken
                  ? 'JSON with a fault in it cannot be sent.'
                  : task.settings.paused
                    ? 'The task is paused: the run is recorded now and begins when the task is resumed.'
                    : 'What you have written stays in this window, also when it is loaded again.'}
            </Text>
          </Group>
        </Stack>
      </Panel>
      <StartedRuns ids={draft.started} />
    </div>
  );
}
