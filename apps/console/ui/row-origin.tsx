import { Divider, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../client/call.js';
import { getRowOrigin, type RowOrigin as Origin } from '../generated/api.js';
import { Facts } from './facts.js';
import { FileLink } from './file-path.js';
import { formatCount, formatDuration } from './format.js';
import { Json } from './json.js';
import { PageLink } from './link.js';
import { QueryView } from './query-view.js';
import { StateBadge } from './state-badge.js';
import { Time } from './time.js';

/** Names a row: every list of rows has file and ordinal. */
export interface RowName {
  /** Of the dataset. */
  readonly dataset: string;
  readonly fileId: string;
  /** Position in the file, from 0. */
  readonly ordinal: number;
}

/** "Why is this row here?" as a dialog. */
export function RowOriginDialog({ onClose, ...row }: RowName & { onClose(): void }) {
  return (
    <Modal opened onClose={onClose} title="Why is this row here?" size="xl">
      <RowOrigin {...row} />
    </Modal>
  );
}

/** "Why is this row here?": its file, the run and the attempt that loaded it, and the worker, each with a link. */
export function RowOrigin({ dataset, fileId, ordinal }: RowName) {
  const origin = useQuery({
    queryKey: ['row-origin', dataset, fileId, ordinal],
    queryFn: ({ signal }) => call(getRowOrigin({ name: dataset, fileId, ordinal }, { signal })),
  });
  return (
    <QueryView query={origin} what="where the row comes from">
      {(found) => (
        <Stack gap="sm">
          <Text size="sm">
            Row {formatCount(ordinal)} of <strong>{dataset}</strong>, counted from 0 in its file. It is there because
          </Text>
          <FileStep origin={found} />
          <RunStep origin={found} />
          <AttemptStep origin={found} />
          <Divider />
          <div>
            <Group justify="space-between" mb={4}>
              <Text fw={550}>The row</Text>
              <PageLink to="/datasets/$name" params={{ name: dataset }} search={{ fileId }} size="sm">
                All rows of this file
              </PageLink>
            </Group>
            <Json value={found.row} label="the row" />
          </div>
        </Stack>
      )}
    </QueryView>
  );
}

function FileStep({ origin: { file, changes } }: { readonly origin: Origin }) {
  const person = changes.findLast(({ actor }) => actor !== null);
  return (
    <Facts
      of={{
        'this file was in the inbox': <FileLink id={file.id} path={file.path} />,
        'its state': <StateBadge kind="file" state={file.state} />,
        version: file.current ? file.version : `${file.version}, not the newest`,
        seen: <Time at={file.seenAt} />,
        'its rows were committed': <Time at={file.endedAt} />,
        'somebody acted on it':
          person === undefined ? undefined : (
            <>
              {person.actor}: {person.state}, <Time at={person.at} />
            </>
          ),
      }}
    />
  );
}

function RunStep({ origin: { run } }: { readonly origin: Origin }) {
  if (!run) return <Text c="dimmed">The run that loaded it is not in the history any more.</Text>;
  return (
    <Facts
      of={{
        'this run loaded it': (
          <PageLink to="/runs/$id" params={{ id: run.id }} inherit>
            {run.task} {run.id.slice(0, 8)}
          </PageLink>
        ),
        'state of the run': <StateBadge kind="run" state={run.state} />,
        'it was recorded by': run.trigger,
        recorded: <Time at={run.createdAt} />,
      }}
    />
  );
}

function AttemptStep({ origin: { run, attempt } }: { readonly origin: Origin }) {
  if (!run || !attempt) return null;
  const { number, worker, startedAt, endedAt } = attempt;
  return (
    <Facts
      of={{
        'in this attempt': (
          <PageLink to="/runs/$id" params={{ id: run.id }} search={{ attempt: String(number) }} inherit>
            attempt {number}
          </PageLink>
        ),
        'on this worker': (
          <PageLink to="/workers/$id" params={{ id: worker.id }} inherit>
            {worker.host}, process {worker.pid}
          </PageLink>
        ),
        begun: <Time at={startedAt} />,
        took: endedAt === null ? undefined : formatDuration(Date.parse(endedAt) - Date.parse(startedAt)),
      }}
    />
  );
}
