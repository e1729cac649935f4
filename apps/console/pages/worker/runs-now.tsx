import { Table } from '@mantine/core';
import type { WorkerDetail } from '../../generated/api.js';
import { Duration } from '../../ui/duration.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { RunId } from '../../ui/run-id.js';
import { Time } from '../../ui/time.js';

/** The runs of which this worker has the latest attempt under way. */
export function RunsNow({ runs }: Pick<WorkerDetail, 'runs'>) {
  return (
    <Panel title="Runs now" flush={runs.length > 0}>
      {runs.length === 0 ? (
        <span className="dim">It runs nothing now.</span>
      ) : (
        <Table aria-label="Runs now" horizontalSpacing={14} fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Task</Table.Th>
              <Table.Th>Run</Table.Th>
              <Table.Th ta="right">Attempt</Table.Th>
              <Table.Th>Began</Table.Th>
              <Table.Th ta="right">So far</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map(({ id, task, attempt, since }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <PageLink to="/runs/$id" params={{ id }} size="sm">
                    {task}
                  </PageLink>
                </Table.Td>
                <Table.Td>
                  <RunId id={id} />
                </Table.Td>
                <Table.Td ta="right">{attempt}</Table.Td>
                <Table.Td>
                  <Time at={since} />
                </Table.Td>
                <Table.Td ta="right">
                  <Duration startedAt={since} endedAt={null} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}
