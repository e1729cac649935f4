import type { ReactNode } from 'react';
import type { ScheduleDetail } from '../../generated/api.js';
import { Facts } from '../../ui/facts.js';
import { formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { StateBadge } from '../../ui/state-badge.js';
import { Time } from '../../ui/time.js';
import { LastSlot } from '../schedules/last-slot.js';
import { catchUpWords, overlapWords } from '../schedules/term-fields.js';
import { unfiredWords } from '../schedules/unfired-words.js';
import { stateOf } from '../schedules/use-schedules.js';

/** What a schedule is, and what became of its slots since it was made. */
export function ScheduleFacts({ schedule }: { readonly schedule: ScheduleDetail }) {
  const { task, origin, overlap, catchUp, priority, labels, pending, counts, unfired, pausedAt, offAt } = schedule;
  const since = pausedAt ?? offAt;
  return (
    <Panel title="Facts">
      <Facts
        of={{
          State: (
            <>
              <StateBadge kind="schedule" state={stateOf(schedule)} />
              {since !== null && (
                <span className="dim">
                  {' '}
                  <Time at={since} />
                </span>
              )}
            </>
          ),
          Task: (
            <PageLink to="/tasks/$name" params={{ name: task }}>
              {task}
            </PageLink>
          ),
          'Next slot': <Time at={schedule.nextAt} />,
          'Last slot': <LastSlot slot={schedule.lastSlot} />,
          'While the run of an earlier slot goes on': overlapWords[overlap],
          'Slots that nobody fired in time': catchUpWords[catchUp],
          'Slots that wait': pending > 0 ? formatCount(pending) : undefined,
          'Defined in': origin === 'task' ? 'the folder of its task' : 'the API or the console',
          Labels: labelWords(labels),
          Priority: priority === null ? undefined : formatCount(priority),
          Made: <Time at={schedule.createdAt} />,
          'Since then': countWords(counts),
          'No run, last 24 h': warned(unfiredWords(unfired)),
        }}
      />
    </Panel>
  );
}

const warned = (words: string | undefined): ReactNode =>
  words === undefined ? 'none' : <span style={{ color: 'var(--mr-warn)' }}>{words}</span>;

function labelWords(labels: unknown): string | undefined {
  const entries = Object.entries(Object(labels));
  return entries.length === 0 ? undefined : entries.map(([name, value]) => `${name}: ${String(value)}`).join(', ');
}

function countWords({ fired, late, caughtUp, backfilled, skipped, failed, missed }: ScheduleDetail['counts']): string {
  const parts = [
    [fired, `fired${late > 0 ? ` (${formatCount(late)} late)` : ''}`],
    [caughtUp, 'of them caught up'],
    [backfilled, 'backfilled'],
    [skipped, 'skipped'],
    [failed, 'failed'],
    [missed, 'missed'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`);
  return words.length === 0 ? 'no slot yet' : words.join(', ');
}
