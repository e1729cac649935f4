import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { listActions, type RunDetail } from '../../generated/api.js';
import { formatDuration } from '../../ui/format.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { StateBadge } from '../../ui/state-badge.js';
import { Time } from '../../ui/time.js';
import styles from './run.module.css';
import { Actor, useChanges } from './use-actor.js';

/** What became of a run, and what people did to it. */
export function HistoryTab({ run }: { readonly run: RunDetail }) {
  const changes = useChanges(run.id);
  return (
    <div className={styles['stack']}>
      <Panel title="States" flush>
        <QueryView query={changes} what="what became of it">
          {({ pages }) => (
            <>
              <table className={styles['small']} aria-label="States that the run came to">
                <thead>
                  <tr>
                    <th scope="col">When</th>
                    <th scope="col">State</th>
                    <th scope="col" className={styles['words']}>
                      What happened
                    </th>
                    <th scope="col" className={styles['names']}>
                      Who
                    </th>
                    <th scope="col" className={styles['number']}>
                      Attempt
                    </th>
                    <th scope="col" className={styles['number']}>
                      Waited
                    </th>
                    <th scope="col" className={styles['number']}>
                      Ran
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {pages.flatMap(({ items }) =>
                    items.map(({ id, at, state, attempt, cause, meaning, actor, waitedMs, ranMs }) => (
                      <tr key={id}>
                        <td className={styles['tight']}>
                          <Time at={at} exact />
                        </td>
                        <td>
                          <StateBadge kind="run" state={state} />
                        </td>
                        <td>
                          <b>{cause}</b> <span className="dim">{meaning}</span>
                        </td>
                        <td>
                          <Actor actor={actor} />
                        </td>
                        <td className={styles['number']}>{attempt}</td>
                        <td className={styles['number']}>{waitedMs === null ? '–' : formatDuration(waitedMs)}</td>
                        <td className={styles['number']}>{ranMs === null ? '–' : formatDuration(ranMs)}</td>
                      </tr>
                    )),
                  )}
                </tbody>
              </table>
              {changes.hasNextPage && (
                <Button
                  variant="default"
                  m="xs"
                  loading={changes.isFetchingNextPage}
                  onClick={() => void changes.fetchNextPage()}
                >
                  Show more
                </Button>
              )}
            </>
          )}
        </QueryView>
      </Panel>
      <RunActionsList id={run.id} />
    </div>
  );
}

/** What people did to this very run. */
function RunActionsList({ id }: { readonly id: string }) {
  const actions = useQuery({
    queryKey: ['run-actions', id],
    queryFn: ({ signal }) => call(listActions({ runId: id, limit: 100 }, { signal })),
  });
  return (
    <Panel title="Done by hand" flush>
      <QueryView query={actions} what="what was done by hand">
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed" px={14} pb={12}>
              Nobody retried or cancelled this very run. What was done to many runs at once is under Actions.
            </Text>
          ) : (
            <table className={styles['small']} aria-label="Done by hand">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">What</th>
                  <th scope="col">Who</th>
                  <th scope="col">From</th>
                  <th scope="col">More</th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ id: actionId, at, action, caller, address, detail, status }) => (
                  <tr key={actionId}>
                    <td>
                      <Time at={at} exact />
                    </td>
                    <td>
                      {action.replaceAll('-', ' ')}
                      {status !== null && status >= 400 && <b> (refused: {status})</b>}
                    </td>
                    <td>
                      <Actor actor={caller} />
                    </td>
                    <td>{address}</td>
                    <td>
                      <code>{detail === null ? '' : JSON.stringify(detail)}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </QueryView>
    </Panel>
  );
}
