import { Text } from '@mantine/core';
import type { Action } from '../../generated/api.js';
import { PageLink } from '../../ui/link.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import type { Column } from '../../ui/table/column.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { Time } from '../../ui/time.js';
import { wordsOfCaller, wordsOfDetail } from '../actions/action-words.js';
import { useScheduleActionsLog } from './use-schedule-data.js';

const words: Readonly<Record<string, string>> = {
  'create-schedule': 'made it',
  'change-schedule': 'changed it',
  'delete-schedule': 'deleted it',
  'pause-schedule': 'paused it',
  'resume-schedule': 'resumed it',
  'run-schedule': 'ran it by hand',
  'backfill-schedule': 'backfilled it',
};

/** Who changed, paused, ran or backfilled a schedule, and when. */
export function ChangesTab({ name }: { readonly name: string }) {
  const query = useScheduleActionsLog(name);
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (query.data === undefined) {
    return query.error ? (
      <ProblemNote error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <LoadingNote what="what was done" />
    );
  }
  return (
    <DataTable
      label="What was done to the schedule"
      columns={columns}
      rows={rows}
      idOf={({ id }) => id}
      empty={
        <EmptyNote title="Nobody has done anything to it">
          What is done by hand stands here, with who did it. What the folder of a task says of it does not.
        </EmptyNote>
      }
      foot={<More of={query} count={rows.length} />}
    />
  );
}

const columns: readonly Column<Action>[] = [
  { id: 'at', header: 'When', isFixed: true, cell: ({ at }) => <Time at={at} /> },
  { id: 'caller', header: 'Who', cell: ({ caller }) => wordsOfCaller(caller) },
  {
    id: 'action',
    header: 'What',
    cell: ({ action, status, runId }) => (
      <>
        {runId === null ? (
          (words[action] ?? action)
        ) : (
          <PageLink to="/runs/$id" params={{ id: runId }} size="sm">
            {words[action] ?? action}
          </PageLink>
        )}
        {status !== null && status >= 400 && (
          <Text span size="sm" style={{ color: 'var(--mr-bad)' }}>
            {' '}
            (refused, {status})
          </Text>
        )}
      </>
    ),
  },
  {
    id: 'detail',
    header: 'With',
    cell: ({ detail }) => <span className="mono">{wordsOfDetail(detail)}</span>,
  },
  { id: 'address', header: 'From', isExtra: true, cell: ({ address }) => address },
];
