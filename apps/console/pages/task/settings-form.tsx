import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { call } from '../../client/call.js';
import { ApiProblem } from '../../client/problem.js';
import { useMayChange } from '../../client/session.js';
import type { Fault } from '../../form/fault.js';
import { SchemaForm } from '../../form/schema-form.js';
import { useDraft } from '../../form/use-draft.js';
import { changeTaskSettings, type TaskSettings, type TaskSettingsSet } from '../../generated/api.js';
import { ProblemNote } from '../../ui/notes.js';
import { tellDone } from '../../ui/notices.js';
import { Panel } from '../../ui/panel.js';
import { Time } from '../../ui/time.js';
import { patchOf, settingsSchema, withPatch } from './settings-schema.js';

/** What somebody is about to set; `value` undefined: nothing was typed yet. */
interface Draft {
  readonly value?: object | undefined;
  /** What was set when the first letter was typed, and its version. */
  readonly base?: TaskSettingsSet | undefined;
  readonly version: number;
  readonly note: string;
}

const isDraft = (found: object): found is Draft => 'version' in found && 'note' in found;
const noFaults: readonly Fault[] = [];

/** Sets something else for a task, unless somebody else did so meanwhile. */
export function SettingsForm({ settings }: { readonly settings: TaskSettings }) {
  const { task, version, changedAt } = settings;
  const { paused, ...set } = settings.set;
  const empty: Draft = { version, note: '' };
  const [draft, setDraft] = useDraft(`settings.${task}`, empty, isDraft);
  const [error, setError] = useState<unknown>();
  const [faults, setFaults] = useState(noFaults);
  const [isBusy, setBusy] = useState(false);
  const queries = useQueryClient();
  const mayChange = useMayChange();
  // The schema's identity holds the form's state: it changes with the definition alone.
  const { definition } = settings;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read anew is another object with the same content
  const schema = useMemo(() => settingsSchema(settings), [JSON.stringify(definition)]);
  const value = draft.value ?? set;
  const patch = patchOf(draft.base ?? set, value);
  const hasChange = Object.keys(patch).length > 0;
  const isOverlapped = draft.value !== undefined && hasChange && draft.version !== version;

  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setFaults(noFaults);
    try {
      const note = draft.note.trim();
      const changed = await call(
        changeTaskSettings({
          name: task,
          ifMatch: `"${draft.version}"`,
          taskSettingsPatch: { ...patch, ...(note === '' ? {} : { note }) },
        }),
      );
      queries.setQueryData(['task-settings', task], changed);
      setDraft({ version: changed.version, note: '' });
      tellDone(`The settings of ${task} hold from now on.`);
      void queries.invalidateQueries({ queryKey: ['task-settings-versions', task] });
      void queries.invalidateQueries({ queryKey: ['tasks'] });
    } catch (caught) {
      setError(caught);
      if (caught instanceof ApiProblem) setFaults(caught.faults);
      void queries.invalidateQueries({ queryKey: ['task-settings', task] });
    } finally {
      setBusy(false);
    }
  };

  return (
    <Panel
      title="Set now"
      side={
        <Text size="xs" c="dimmed" component="span">
          {version === 0 ? (
            'nothing was ever set'
          ) : (
            <>
              version {version}, <Time at={changedAt} />
            </>
          )}
        </Text>
      }
    >
      <Stack gap="md">
        <Text size="xs" c="dimmed">
          What is left empty is as the definition says. A change holds for attempts that begin after it, on every
          worker, without a restart.{paused === true && ' The task is paused.'}
        </Text>
        <SchemaForm
          schema={schema}
          value={value}
          onChange={(next) =>
            setDraft((before) => ({
              version: before.value === undefined ? version : before.version,
              base: before.base ?? set,
              note: before.note,
              value: typeof next === 'object' && next !== null ? next : {},
            }))
          }
          faults={faults}
          label={`Settings of ${task}`}
          isDisabled={!mayChange}
        />
        <TextInput
          size="xs"
          label="Why"
          description="For those who read the versions"
          maxLength={1_000}
          value={draft.note}
          disabled={!mayChange}
          onChange={(event) => {
            const note = event.currentTarget.value;
            setDraft((before) => ({ ...before, note }));
          }}
        />
        {isOverlapped && (
          <Alert color="orange" variant="light" title="Somebody has changed the settings meanwhile">
            <Stack gap="xs" align="flex-start">
              <Text size="sm">
                They are at version {version}; you began at version {draft.version}. Yours is still in the form.
              </Text>
              <Button
                variant="default"
                onClick={() => {
                  setDraft((before) => ({ ...before, version, base: set, value: withPatch(set, patch) }));
                  setError(undefined);
                }}
              >
                Set mine on top of it
              </Button>
            </Stack>
          </Alert>
        )}
        {error !== undefined && <ProblemNote error={error} />}
        <Group gap="xs">
          <Button
            size="sm"
            loading={isBusy}
            disabled={!mayChange || !hasChange || isOverlapped}
            onClick={() => void save()}
          >
            Set
          </Button>
          <Button
            size="sm"
            variant="default"
            disabled={draft.value === undefined && draft.note === ''}
            onClick={() => {
              setDraft({ version, note: '' });
              setError(undefined);
              setFaults(noFaults);
            }}
          >
            Undo
          </Button>
          {!mayChange && (
            <Text size="xs" c="dimmed">
              You may look at settings, but not change them.
            </Text>
          )}
        </Group>
      </Stack>
    </Panel>
  );
}
