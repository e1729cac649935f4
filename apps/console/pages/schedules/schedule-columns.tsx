import { Text } from '@mantine/core';
import type { Schedule } from '../../generated/api.js';
import { formatShort } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';
import type { Column } from '../../ui/table/column.js';
import { Time } from '../../ui/time.js';
import { LastSlot } from './last-slot.js';
import { ruleExactly, ruleWords } from './rule-words.js';
import { ScheduleMenu } from './schedule-menu.js';
import { unfiredWords } from './unfired-words.js';
import { stateOf } from './use-schedules.js';

/** The columns of the list of schedules. */
export const scheduleColumns: readonly Column<Schedule>[] = [
  {
    id: 'name',
    header: 'Schedule',
    isFixed: true,
    cell: ({ name, origin }) => (
      <>
        <PageLink to="/schedules/$name" params={{ name }} size="sm" fw={550}>
          {name}
        </PageLink>
        {origin === 'task' && (
          <Text size="xs" c="dimmed" title="It is changed there; here it can be paused, run and backfilled">
            of the task’s folder
          </Text>
        )}
      </>
    ),
  },
  {
    id: 'task',
    header: 'Task',
    minWidth: 110,
    cell: ({ task }) => (
      <PageLink to="/tasks/$name" params={{ name: task }} size="sm">
        {task}
      </PageLink>
    ),
  },
  { id: 'rule', header: 'Rule', minWidth: 190, cell: (schedule) => <Rule schedule={schedule} /> },
  { id: 'state', header: 'State', cell: (schedule) => <StateBadge kind="schedule" state={stateOf(schedule)} /> },
  {
    id: 'next',
    header: 'Next slot',
    cell: ({ nextAt, pending }) => (
      <>
        <Time at={nextAt} />
        {pending > 0 && (
          <Text size="xs" c="dimmed">
            {formatShort(pending)} wait
          </Text>
        )}
      </>
    ),
  },
  { id: 'last', header: 'Last slot', cell: ({ lastSlot }) => <LastSlot slot={lastSlot} /> },
  {
    id: 'unfired',
    header: 'No run, last 24 h',
    about: 'Slots that were missed, skipped or failed',
    cell: ({ unfired }) => {
      const words = unfiredWords(unfired);
      return words === undefined ? (
        <span className="dim">none</span>
      ) : (
        <span style={{ color: 'var(--mr-warn)' }}>{words}</span>
      );
    },
  },
  { id: 'overlap', header: 'Overlap', isExtra: true, cell: ({ overlap }) => overlap },
  { id: 'catchUp', header: 'Catch-up', isExtra: true, cell: ({ catchUp }) => catchUp },
  {
    id: 'fired',
    header: 'Fired',
    about: 'Since it was made',
    isExtra: true,
    isNumeric: true,
    cell: ({ counts }) => formatShort(counts.fired + counts.backfilled),
  },
  { id: 'actions', header: 'Actions', isFixed: true, cell: (schedule) => <ScheduleMenu schedule={schedule} /> },
];

function Rule({ schedule }: { readonly schedule: Schedule }) {
  const words = ruleWords(schedule);
  return (
    <>
      <div>{words}</div>
      <Text size="xs" c="dimmed" className="mono">
        {words === schedule.cron ? schedule.timezone : ruleExactly(schedule)}
      </Text>
    </>
  );
}
