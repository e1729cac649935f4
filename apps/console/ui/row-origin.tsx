import { Divider, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../client/call.js';
import { getRowOrigin, type RowOrigin as Origin } from '../generated/api.js';
import { FileLink } from './file-path.js';
import { formatCount, formatDuration } from './format.js';
import { Json } from './json.js';
import { PageLink } from './link.js';
import { QueryView } from './query-view.js';
import styles from './row-origin.module.css';
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
            Row {formatCount(ordinal)} of <strong>{dataset}</strong>, counted from 0 in its file
          </Text>
          <ol className={styles['way']} aria-label="Where the row comes from">
            <FileStep origin={found} />
            <RunStep origin={found} />
            <AttemptStep origin={found} />
          </ol>
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

/** One thing on the way, and what is to be known of it. */
function Step({
  name,
  children,
  notes,
}: {
  readonly name: string;
  readonly children: ReactNode;
  readonly notes?: ReactNode;
}) {
  return (
    <li className={styles['step']}>
      <span className={styles['name']}>{name}</span>
      <div className={styles['what']}>{children}</div>
      {notes !== undefined && <div className={styles['notes']}>{notes}</div>}
    </li>
  );
}

function FileStep({ origin: { file, changes } }: { readonly origin: Origin }) {
  const decision = changes.findLast(({ actor }) => isPerson(actor));
  return (
    <Step
      name="File"
      notes={
        <>
          <StateBadge kind="file" state={file.state} /> version {file.version}
          {!file.current && ', not the newest'}
          <br />
          seen <Time at={file.seenAt} />, its rows committed <Time at={file.endedAt} />
          {decision && (
            <>
              <br />
              {decision.state} by {decision.actor} <Time at={decision.at} />
            </>
          )}
        </>
      }
    >
      <FileLink id={file.id} path={file.path} />
    </Step>
  );
}

function RunStep({ origin: { run } }: { readonly origin: Origin }) {
  if (!run) return <Step name="Run">not in the history any more</Step>;
  return (
    <Step
      name="Run"
      notes={
        <>
          <StateBadge kind="run" state={run.state} /> recorded by {run.trigger} <Time at={run.createdAt} />
        </>
      }
    >
      <PageLink to="/runs/$id" params={{ id: run.id }} inherit>
        {run.task} <code>{run.id.slice(0, 8)}</code>
      </PageLink>
    </Step>
  );
}

function AttemptStep({ origin: { run, attempt } }: { readonly origin: Origin }) {
  if (!run || !attempt) return null;
  const { number, worker, startedAt, endedAt } = attempt;
  return (
    <>
      <Step
        name="Attempt"
        notes={
          <>
            begun <Time at={startedAt} />
            {endedAt !== null && `, took ${formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}`}
          </>
        }
      >
        <PageLink to="/runs/$id" params={{ id: run.id }} search={{ attempt: String(number) }} inherit>
          number {number}
        </PageLink>
      </Step>
      <Step name="Worker">
        <PageLink to="/workers/$id" params={{ id: worker.id }} inherit>
          {worker.host}, process {worker.pid}
        </PageLink>
      </Step>
    </>
  );
}

/** Parts of Millrace make changes, too. */
const isPerson = (actor: string | null): boolean =>
  actor !== null && actor !== 'watcher' && !actor.startsWith('worker:');
