import { Anchor, Table } from '@mantine/core';
import type { Overview } from '../../generated/api.js';
import { formatCount, formatDuration } from '../../ui/format.js';
import { Panel } from '../../ui/panel.js';
import { StateBadge } from '../../ui/state-badge.js';

type Queue = NonNullable<Overview['queues']>[number];

/** How much waits in each queue, and for how long. */
export function QueuesPanel({
  queues,
  paused,
}: {
  readonly queues: readonly Queue[];
  readonly paused: readonly string[];
}) {
  return (
    <Panel
      title="Queues"
      flush
      side={
        <Anchor href="/queues" size="sm">
          Bull Board
        </Anchor>
      }
    >
      <Table horizontalSpacing={14} fz="sm" aria-label="Queues">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Queue</Table.Th>
            <Table.Th ta="right">Running</Table.Th>
            <Table.Th ta="right">Queued</Table.Th>
            <Table.Th ta="right" title="Delayed until a time, or waiting for the runs that they have invoked">
              Later
            </Table.Th>
            <Table.Th ta="right" title="How long the run that waits longest has waited">
              Oldest
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {queues.map(({ name, running, queued, delayed, waiting, oldestSeconds }) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Anchor href={`/queues/queue/${encodeURIComponent(name)}`} size="sm">
                  {name}
                </Anchor>{' '}
                {paused.includes(name) && <StateBadge kind="other" state="paused" />}
              </Table.Td>
              <Count value={running} />
              <Count value={queued} />
              <Count value={delayed + waiting} />
              <Table.Td ta="right" className={oldestSeconds > 0 ? undefined : 'dim'}>
                {oldestSeconds > 0 ? formatDuration(oldestSeconds * 1_000) : '–'}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

const Count = ({ value }: { readonly value: number }) => (
  <Table.Td ta="right" className={value > 0 ? undefined : 'dim'}>
    {formatCount(value)}
  </Table.Td>
);
