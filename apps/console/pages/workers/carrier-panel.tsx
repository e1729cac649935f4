import { Anchor, Table, Text } from '@mantine/core';
import { useOverview } from '../../client/overview.js';
import { usePlatform } from '../../client/platform.js';
import type { CarrierQueue, Overview } from '../../generated/api.js';
import { formatCount, formatDuration } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { StateBadge } from '../../ui/state-badge.js';

const kinds = { redis: 'Redis', postgres: 'PostgreSQL' } as const;

type Depth = NonNullable<Overview['queues']>[number];

/** The queues: what waits in each by the record, and how the carrier has them. */
export function CarrierPanel() {
  const platform = usePlatform();
  const overview = useOverview();
  const carrier = platform.data?.carrier;
  const side = (
    <span className="dim">
      {carrier && `carried by ${kinds[carrier.kind]} · `}
      <Anchor href="/queues" size="sm">
        Bull Board
      </Anchor>
      {carrier && (carrier.actions ? ', where they can be paused' : ', which only shows them (QUEUE_ACTIONS is off)')}
    </span>
  );
  return (
    <Panel title="Queues" flush side={side}>
      <QueryView query={overview} what="the queues" room={198}>
        {({ queues }) =>
          queues === null ? (
            <Text size="sm" c="dimmed" px={14} pb={10}>
              The queues cannot be read now; this is tried again every ten seconds.
            </Text>
          ) : (
            <Table miw={680} aria-label="Queues" horizontalSpacing={14} fz="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Queue</Table.Th>
                  <Table.Th w={120}>State</Table.Th>
                  <Table.Th ta="right">Running</Table.Th>
                  <Table.Th ta="right">Queued</Table.Th>
                  <Table.Th ta="right">Delayed</Table.Th>
                  <Table.Th ta="right">Waiting</Table.Th>
                  <Table.Th ta="right" title="How long the run that waits longest has waited">
                    Oldest
                  </Table.Th>
                  <Table.Th ta="right">Jobs at the carrier</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {queues.map((depth) => (
                  <Row
                    key={depth.name}
                    depth={depth}
                    queue={carrier?.queues?.find(({ name }) => name === depth.name)}
                    isRead={!platform.isPending}
                  />
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </QueryView>
    </Panel>
  );
}

/** BullMQ's states of jobs that have not ended. */
const openJobs = ['active', 'wait', 'waiting', 'prioritized', 'delayed', 'waiting-children'];

interface RowProps {
  readonly depth: Depth;
  readonly queue: CarrierQueue | undefined;
  /** Whether the carrier was asked. */
  readonly isRead: boolean;
}

function Row({ depth, queue, isRead }: RowProps) {
  const { name, running, queued, delayed, waiting, oldestSeconds } = depth;
  const jobs = Object.entries(queue?.jobs ?? {}).flatMap(([state, count]) => (openJobs.includes(state) ? [count] : []));
  const sum = jobs.reduce<number>((all, count) => all + Number(count), 0);
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor href={`/queues/queue/${encodeURIComponent(name)}`} size="sm">
          {name}
        </Anchor>
      </Table.Td>
      <Table.Td>{queue ? <QueueState {...queue} /> : isRead && <span className="dim">not known now</span>}</Table.Td>
      <Count value={running} />
      <Count value={queued} />
      <Count value={delayed} />
      <Count value={waiting} />
      <Table.Td ta="right">
        {oldestSeconds > 0 ? formatDuration(oldestSeconds * 1_000) : <span className="dim">–</span>}
      </Table.Td>
      {queue ? <Count value={sum} /> : <Table.Td ta="right">–</Table.Td>}
    </Table.Tr>
  );
}

function QueueState({ paused, concurrency, rateLimit }: CarrierQueue) {
  const limits = [
    ...(concurrency === null ? [] : [`at most ${concurrency} at a time`]),
    ...(rateLimit === null ? [] : [`at most ${rateLimit.max} per ${formatDuration(rateLimit.durationMs)}`]),
  ];
  return (
    <>
      {paused ? <StateBadge kind="other" state="paused" /> : limits.length === 0 && 'open'}{' '}
      {limits.length > 0 && (
        <PageLink to="/actions" search={{ action: 'limit-rate,limit-concurrency' }} size="sm" c="var(--mr-warn)">
          {limits.join(', ')}
        </PageLink>
      )}
    </>
  );
}

const Count = ({ value }: { readonly value: number }) => (
  <Table.Td ta="right" className={value > 0 ? undefined : 'dim'}>
    {formatCount(value)}
  </Table.Td>
);
