import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import {
  IconDots,
  IconHistory,
  IconListDetails,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRocket,
  IconTrash,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMayChange } from '../../client/session.js';
import type { ScheduleDetail } from '../../generated/api.js';
import { ButtonLink } from '../../ui/link.js';
import { DeleteSchedule } from '../schedules/delete-schedule.js';
import { EditSchedule } from '../schedules/edit-schedule.js';
import { useScheduleActions } from '../schedules/use-schedule-actions.js';
import { stateOf } from '../schedules/use-schedules.js';
import { whyNoChange, whyNoDelete, whyNoRun } from '../schedules/why-not.js';

export interface PageActionsProps {
  readonly schedule: ScheduleDetail;
  onBackfill(from: string, to: string): void;
}

const weekMs = 7 * 86_400_000;

/** What can be done to the schedule of the page. */
export function PageActions({ schedule, onBackfill }: PageActionsProps) {
  const { name } = schedule;
  const mayChange = useMayChange();
  const navigate = useNavigate();
  const actions = useScheduleActions(name);
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const isPaused = stateOf(schedule) === 'paused';
  const noRun = whyNoRun(schedule, mayChange);
  const noChange = whyNoChange(schedule, mayChange);
  const noDelete = whyNoDelete(schedule, mayChange);
  const backfill = (): void => {
    const now = Math.floor(Date.now() / 60_000) * 60_000;
    onBackfill(new Date(now - weekMs).toISOString(), new Date(now).toISOString());
  };
  return (
    <>
      <ButtonLink
        to="/runs"
        search={{ schedule: name }}
        variant="subtle"
        color="gray"
        leftSection={<IconListDetails size={15} aria-hidden />}
      >
        Its runs
      </ButtonLink>
      <Tooltip label={noRun} disabled={noRun === undefined}>
        <Button.Group>
          <Button
            variant="default"
            leftSection={
              isPaused ? <IconPlayerPlay size={15} aria-hidden /> : <IconPlayerPause size={15} aria-hidden />
            }
            disabled={noRun !== undefined}
            onClick={() => void (isPaused ? actions.resume() : actions.pause())}
          >
            {isPaused ? 'Resume' : 'Pause'}
          </Button>
          <Button
            variant="default"
            leftSection={<IconRocket size={15} aria-hidden />}
            disabled={noRun !== undefined}
            onClick={() => void actions.run()}
          >
            Run now
          </Button>
          <Button
            variant="default"
            leftSection={<IconHistory size={15} aria-hidden />}
            disabled={noRun !== undefined}
            onClick={backfill}
          >
            Backfill …
          </Button>
        </Button.Group>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={26} aria-label="Change or delete the schedule">
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={15} aria-hidden />}
            disabled={noChange !== undefined}
            onClick={() => setOpen('edit')}
          >
            Change it …
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={15} aria-hidden />}
            disabled={noDelete !== undefined}
            onClick={() => setOpen('delete')}
          >
            Delete it …
          </Menu.Item>
          {noChange !== undefined && <Menu.Label maw={260}>{noChange}</Menu.Label>}
        </Menu.Dropdown>
      </Menu>
      {open === 'edit' && <EditSchedule schedule={schedule} onClose={() => setOpen(undefined)} />}
      {open === 'delete' && (
        <DeleteSchedule
          schedule={schedule}
          onDeleted={() => void navigate({ to: '/schedules' })}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}
