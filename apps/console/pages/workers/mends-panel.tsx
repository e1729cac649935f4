import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { getReconciler } from '../../generated/api.js';
import { formatCount } from '../../ui/format.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { Time } from '../../ui/time.js';
import styles from './workers.module.css';

/** What the reconciler mended between the record and the carrier, and what became of schedules' slots. */
export function MendsPanel() {
  const reconciler = useQuery({
    queryKey: ['reconciler'],
    queryFn: ({ signal }) => call(getReconciler({ signal })),
    refetchInterval: 10_000,
  });
  return (
    <Panel title="Mended between record and queues">
      <Text size="sm" c="dimmed">
        One worker compares the record of runs with the jobs of the queues every few seconds. Counts that grow although
        nothing crashed and no queue was emptied are worth a look at the logs.
      </Text>
      <QueryView query={reconciler} what="what was mended">
        {({ mends, schedules }) => (
          <>
            <Table aria-label="What was mended" className={styles['gap']} fz="sm" horizontalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>What was found and done</Table.Th>
                  <Table.Th ta="right">Times</Table.Th>
                  <Table.Th>Last</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {mends.map(({ kind, meaning, count, lastAt }) => (
                  <Table.Tr key={kind}>
                    <Table.Td>{meaning}</Table.Td>
                    <Table.Td ta="right">{formatCount(count)}</Table.Td>
                    <Table.Td>
                      <Time at={lastAt} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            <Text size="sm" mt="sm">
              Slots of schedules so far: {slotWords(schedules)}.
            </Text>
          </>
        )}
      </QueryView>
    </Panel>
  );
}

const slotNames = {
  fired: 'fired',
  late: 'fired late',
  caughtUp: 'caught up',
  backfilled: 'backfilled',
  pending: 'pending',
  overdue: 'overdue',
  skipped: 'skipped',
  failed: 'failed',
  missed: 'missed',
} as const;

/** Fired in any case, the others where there are some. */
const slotWords = (figures: Readonly<Record<keyof typeof slotNames, number>>): string =>
  Object.entries(slotNames)
    .flatMap(([name, words]) => {
      const count = Number(Reflect.get(figures, name));
      return count > 0 || name === 'fired' ? [`${formatCount(count)} ${words}`] : [];
    })
    .join(', ');
