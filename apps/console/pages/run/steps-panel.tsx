import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { call } from '../../client/call.js';
import { listRunSteps, type RunDetail } from '../../generated/api.js';
import { formatCount } from '../../ui/format.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { Time } from '../../ui/time.js';
import styles from './run.module.css';

/** The pieces of the body whose results are recorded. */
export function StepsPanel({ run }: { readonly run: RunDetail }) {
  const steps = useInfiniteQuery({
    queryKey: ['run-steps', run.id],
    queryFn: ({ pageParam, signal }) =>
      call(listRunSteps({ id: run.id, ...(pageParam === '' ? {} : { cursor: pageParam }) }, { signal })),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled: run.stepCount > 0,
  });
  const { refetch } = steps;
  const known = useRef(run.stepCount);
  // What is shown stays until there is more; as another query it would be gone with each step that ends.
  useEffect(() => {
    if (known.current === run.stepCount) return;
    known.current = run.stepCount;
    void refetch();
  }, [run.stepCount, refetch]);
  if (run.stepCount === 0) return null;
  return (
    <Panel title={`Recorded steps (${formatCount(run.stepCount)})`} flush>
      <QueryView query={steps} what="the steps">
        {({ pages }) => (
          <>
            <table className={styles['small']} aria-label="Recorded steps">
              <thead>
                <tr>
                  <th scope="col">Key</th>
                  <th scope="col" className={styles['number']}>
                    Attempt
                  </th>
                  <th scope="col">Ended</th>
                  <th scope="col">Result</th>
                </tr>
              </thead>
              <tbody>
                {pages.flatMap(({ items }) =>
                  items.map(({ key, attempt, endedAt, output }) => (
                    <tr key={key}>
                      <td>{key}</td>
                      <td className={styles['number']}>{attempt}</td>
                      <td>
                        <Time at={endedAt} />
                      </td>
                      <td>
                        <code>{shortened(JSON.stringify(output) ?? '')}</code>
                      </td>
                    </tr>
                  )),
                )}
              </tbody>
            </table>
            {steps.hasNextPage && (
              <Button
                variant="default"
                m="xs"
                loading={steps.isFetchingNextPage}
                onClick={() => void steps.fetchNextPage()}
              >
                Show more
              </Button>
            )}
          </>
        )}
      </QueryView>
    </Panel>
  );
}

/** A long result; all of it is in the API. */
const shortened = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)} …` : text);
