import { Text } from '@mantine/core';
import type { CSSProperties } from 'react';
import type { FileChange } from '../../generated/api.js';
import { countOf, formatDuration } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';
import { lookOf } from '../../ui/states.js';
import { Time } from '../../ui/time.js';
import styles from './file-life.module.css';

const words: Readonly<Record<string, string>> = {
  arriving: 'Seen in the inbox',
  settled: 'Stood still, was hashed',
  loading: 'Given to a run',
  loaded: 'Its rows were committed',
  duplicate: 'Found to have the bytes of a loaded file',
  quarantined: 'Could not be loaded',
  discarded: 'Put aside, not to be loaded',
  superseded: 'Newer content took its place',
  ignored: 'Seen; no source takes its name',
};

const again: Readonly<Record<string, string>> = {
  arriving: 'Waits to stand still once more',
  settled: 'Waits for a run once more',
  loaded: 'Loaded once more, its rows replaced',
};

/** The states that a file went through, the first one on top. */
export function FileLife({ changes, hasMore }: { readonly changes: readonly FileChange[]; readonly hasMore: boolean }) {
  if (changes.length === 0) return <Text c="dimmed">Its history was trimmed.</Text>;
  return (
    <>
      <ol className={styles['life']} aria-label="Life of the file">
        {changes.map((change, index) => (
          <Step key={change.id} change={change} before={changes[index - 1]} />
        ))}
      </ol>
      {hasMore && (
        <Text size="xs" c="dimmed" mt="xs">
          The first {changes.length} are shown; the API has all.
        </Text>
      )}
    </>
  );
}

function Step({ change, before }: { readonly change: FileChange; readonly before: FileChange | undefined }) {
  const { at, was, state, runId, code, rows, actor } = change;
  const label =
    (was !== null && was !== 'ignored' && was !== 'arriving' && was !== 'loading' ? again[state] : undefined) ??
    words[state] ??
    state;
  const mark: CSSProperties & { '--mr-mark': string } = { '--mr-mark': lookOf('file', state).colour };
  return (
    <li style={mark}>
      <div className={styles['step']}>
        <StateBadge kind="file" state={state} />
        <span className={styles['when']}>
          {before && `after ${formatDuration(Date.parse(at) - Date.parse(before.at))} · `}
          <Time at={at} />
        </span>
      </div>
      <div className={styles['detail']}>
        {label}
        {code !== null && (
          <>
            {' '}
            (<code>{code}</code>)
          </>
        )}
        {rows !== null && state === 'loaded' && `: ${countOf(rows, 'row')}`}
        {actor !== null && <Actor actor={actor} />}
        {runId !== null && (
          <>
            {' · '}
            <PageLink to="/runs/$id" params={{ id: runId }} inherit underline="always">
              run {runId.slice(0, 8)}
            </PageLink>
          </>
        )}
      </div>
    </li>
  );
}

/** Who made a change: a part of Millrace, or a person by name. */
function Actor({ actor }: { readonly actor: string }) {
  const [kind, id] = actor.split(':');
  if (kind !== 'worker' || id === undefined) return <> by {actor === 'watcher' ? 'the watcher' : actor}</>;
  return (
    <>
      {' by '}
      <PageLink to="/workers/$id" params={{ id }} inherit underline="always">
        worker {id.slice(0, 8)}
      </PageLink>
    </>
  );
}
