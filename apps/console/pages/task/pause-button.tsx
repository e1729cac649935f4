import { Button, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../client/call.js';
import { useMayChange } from '../../client/session.js';
import { changeTaskSettings, type Task } from '../../generated/api.js';
import { Confirm } from '../../ui/confirm.js';
import { tellDone } from '../../ui/notices.js';

/** Pauses a task, or resumes it. */
export function PauseButton({ task: { name, settings } }: { readonly task: Task }) {
  const [isAsked, setAsked] = useState(false);
  const mayChange = useMayChange();
  const queries = useQueryClient();
  const { paused } = settings;
  const change = async (): Promise<void> => {
    const changed = await call(changeTaskSettings({ name, taskSettingsPatch: { paused: paused ? null : true } }));
    queries.setQueryData(['task-settings', name], changed);
    await queries.invalidateQueries({ queryKey: ['tasks'] });
    tellDone(paused ? `${name} goes on.` : `${name} is paused.`);
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={paused ? <IconPlayerPlay size={14} aria-hidden /> : <IconPlayerPause size={14} aria-hidden />}
        disabled={!mayChange}
        title={mayChange ? undefined : 'You may not change settings'}
        onClick={() => setAsked(true)}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
      {isAsked && (
        <Confirm
          title={paused ? `Resume ${name}?` : `Pause ${name}?`}
          verb={paused ? 'Resume' : 'Pause'}
          onConfirm={change}
          onClose={() => setAsked(false)}
        >
          <Text size="sm">
            {paused
              ? 'Its runs that wait begin within seconds, each once.'
              : 'Runs under way go on. All others stay as they are until it is resumed, new ones are recorded, and flows that have invoked it wait.'}
          </Text>
        </Confirm>
      )}
    </>
  );
}
