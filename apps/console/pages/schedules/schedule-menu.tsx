import { ActionIcon, Group, Menu, Tooltip } from '@mantine/core';
import { IconDots, IconPencil, IconPlayerPause, IconPlayerPlay, IconRocket, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useMayChange } from '../../client/session.js';
import type { Schedule } from '../../generated/api.js';
import { DeleteSchedule } from './delete-schedule.js';
import { EditSchedule } from './edit-schedule.js';
import { useScheduleActions } from './use-schedule-actions.js';
import { stateOf } from './use-schedules.js';
import { whyNoChange, whyNoDelete, whyNoRun } from './why-not.js';

/** What can be done to a schedule of the list. */
export function ScheduleMenu({ schedule }: { readonly schedule: Schedule }) {
  const mayChange = useMayChange();
  const { name } = schedule;
  const actions = useScheduleActions(name);
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const isPaused = stateOf(schedule) === 'paused';
  const toggle = isPaused ? 'Resume' : 'Pause';
  const noRun = whyNoRun(schedule, mayChange);
  const noChange = whyNoChange(schedule, mayChange);
  const noDelete = whyNoDelete(schedule, mayChange);
  return (
    <Group gap={2} wrap="nowrap">
      <Tooltip label={noRun ?? `${toggle} it`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`${toggle} ${name}`}
          aria-disabled={noRun !== undefined}
          data-disabled={noRun !== undefined || undefined}
          loading={actions.isBusy}
          onClick={() => {
            if (noRun === undefined) void (isPaused ? actions.resume() : actions.pause());
          }}
        >
          {isPaused ? <IconPlayerPlay size={16} aria-hidden /> : <IconPlayerPause size={16} aria-hidden />}
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`More for ${name}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconRocket size={15} aria-hidden />}
            disabled={noRun !== undefined}
            onClick={() => void actions.run()}
          >
            Run it now
          </Menu.Item>
          <Menu.Item
            leftSection={<IconPencil size={15} aria-hidden />}
            disabled={noChange !== undefined}
            title={noChange}
            onClick={() => setOpen('edit')}
          >
            Change it …
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={15} aria-hidden />}
            disabled={noDelete !== undefined}
            title={noDelete}
            onClick={() => setOpen('delete')}
          >
            Delete it …
          </Menu.Item>
          {(noChange ?? noRun) !== undefined && <Menu.Label maw={260}>{noChange ?? noRun}</Menu.Label>}
        </Menu.Dropdown>
      </Menu>
      {open === 'edit' && <EditSchedule schedule={schedule} onClose={() => setOpen(undefined)} />}
      {open === 'delete' && <DeleteSchedule schedule={schedule} onClose={() => setOpen(undefined)} />}
    </Group>
  );
}
