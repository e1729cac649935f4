import { Button, Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { call } from '../../client/call.js';
import { useMayChange } from '../../client/session.js';
import { type FailureCause, listRunFailures } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { countOf, formatCount } from '../../ui/format.js';
import { ButtonLink, PageLink } from '../../ui/link.js';
import { EmptyNote } from '../../ui/notes.js';
import { QueryView } from '../../ui/query-view.js';
import type { Column } from '../../ui/table/column.js';
import { DataTable } from '../../ui/table/data-table.js';
import { NewRows, useHeldList } from '../../ui/table/held-list.js';
import { Time } from '../../ui/time.js';
import { ChangeMany } from './change-many.js';
import { filterOf, type RunFilter } from './run-filter.js';
import styles from './runs-page.module.css';

/** Failed runs by their causes: what failed for one reason is seen once, and retried at once. */
export function FailuresList({ wanted }: { readonly wanted: Texts }) {
  const { task, from, to, since } = wanted;
  const [retried, setRetried] = useState<{ readonly cause: FailureCause; readonly filter: RunFilter }>();
  const mayChange = useMayChange();
  const failures = useQuery({
    queryKey: ['run-failures', { task, from, to, since }],
    queryFn: ({ signal }) => {
      const { from: first } = filterOf(wanted);
      return call(listRunFailures({ task, $from: first, to, limit: 200 }, { signal }));
    },
    placeholderData: keepPreviousData,
    meta: { live: ['runs'] },
  });
  const columns = useMemo(
    () =>
      columnsOf(wanted, mayChange, (cause) =>
        setRetried({ cause, filter: { ...timesOf(wanted), ...causeFilter(cause) } }),
      ),
    [wanted, mayChange],
  );
  const held = useHeldList(
    failures.data?.causes ?? [],
    idOf,
    failures.isPlaceholderData || failures.data === undefined ? undefined : JSON.stringify({ task, from, to, since }),
  );
  return (
    <div ref={held.part}>
      <QueryView query={failures} what="why runs failed">
        {({ runs, more, causes, causeCount }) => (
          <DataTable
            label="Causes of failures"
            columns={columns}
            rows={held.rows}
            idOf={idOf}
            bar={
              <>
                <Text size="sm" c="dimmed">
                  {countOf(causeCount, 'cause')} of {countOf(runs, 'failed run')}
                  {more && ', the last recorded; there are older ones'}
                  {causes.length < causeCount && `; the ${causes.length} most frequent`}
                </Text>
                <NewRows count={held.newCount} what="cause" onShow={held.showNew} />
              </>
            }
            empty={
              <EmptyNote title="No run has failed">
                None of the chosen task and time. A wider time may have some.
              </EmptyNote>
            }
          />
        )}
      </QueryView>
      {retried && (
        <ChangeMany
          verb="retry"
          filter={retried.filter}
          words={wordsOfCause(retried.cause)}
          onClose={() => setRetried(undefined)}
        />
      )}
    </div>
  );
}

/** What makes a cause one: it stays the same when another run fails of it. */
const idOf = ({ task, error, code, message }: FailureCause): string => JSON.stringify([task, error, code, message]);

const columnsOf = (
  wanted: Texts,
  mayChange: boolean,
  onRetry: (cause: FailureCause) => void,
): readonly Column<FailureCause>[] => [
  { id: 'count', header: 'Runs', isNumeric: true, isFixed: true, cell: ({ count }) => formatCount(count) },
  { id: 'task', header: 'Task', cell: ({ task }) => task },
  {
    id: 'cause',
    header: 'Cause',
    isFixed: true,
    cell: (cause) => (
      <div className={styles['message']}>
        <PageLink to="/runs" search={searchOf(wanted, cause)} size="sm" fw={550}>
          {[cause.error ?? 'Without an error', cause.code].filter(Boolean).join(' · ')}
        </PageLink>
        <Text size="sm">{cause.message}</Text>
      </div>
    ),
  },
  { id: 'last', header: 'Last', cell: ({ lastAt }) => <Time at={lastAt} /> },
  { id: 'first', header: 'First', cell: ({ firstAt }) => <Time at={firstAt} /> },
  {
    id: 'do',
    header: 'Do',
    isFixed: true,
    cell: (cause) => (
      <Group gap={6} wrap="nowrap">
        <ButtonLink
          to="/runs/$id"
          params={{ id: cause.example.runId }}
          variant="default"
          size="compact-xs"
          title={cause.example.message ?? undefined}
        >
          Example
        </ButtonLink>
        <Button variant="default" size="compact-xs" disabled={!mayChange} onClick={() => onRetry(cause)}>
          Retry …
        </Button>
      </Group>
    ),
  },
];

const timesOf = (wanted: Texts): RunFilter => {
  const { from, to } = filterOf(wanted);
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
};

/** The filter that finds the runs of a cause: what its messages have in common, between what varies, is looked for as text. */
function causeFilter({ task, error, message }: FailureCause): RunFilter {
  const text = commonText(message);
  return { task, state: 'failed', ...(error === null ? {} : { error }), ...(text === undefined ? {} : { text }) };
}

/** The longest part of a message that is the same in all; quotes and backslashes are written otherwise in JSON. */
function commonText(message: string | null): string | undefined {
  const parts = (message ?? '').split(/…|["\\\n\r\t]/).map((part) => part.trim());
  const longest = parts.reduce((best, part) => (part.length > best.length ? part : best), '');
  return longest.length < 4 ? undefined : longest.slice(0, 300);
}

const searchOf = (wanted: Texts, cause: FailureCause): Texts => ({
  ...Object.fromEntries(Object.entries(causeFilter(cause)).map(([name, value]) => [name, String(value)])),
  ...Object.fromEntries(['from', 'to', 'since'].map((name) => [name, wanted[name]])),
});

const wordsOfCause = (cause: FailureCause): string[] => {
  const { task, error, text } = causeFilter(cause);
  return [
    `of ${task} that failed`,
    ...(error === undefined ? [] : [`with ${error}`]),
    ...(text === undefined ? [] : [`and “${text}” in it`]),
  ];
};
