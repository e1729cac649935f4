import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { getRun } from '../../generated/api.js';
import { formatDuration } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { ProblemNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { shortId } from '../../ui/run-id.js';
import { StateBadge } from '../../ui/state-badge.js';
import { Time } from '../../ui/time.js';
import { messageOf } from '../run/run-error.js';
import styles from './task-page.module.css';

/** The runs that were started here lately, live. */
export function StartedRuns({ ids }: { readonly ids: readonly string[] }) {
  return (
    <Panel title="Started here">
      {ids.length === 0 ? (
        <Text size="sm" c="dimmed">
          Runs that you start appear here, with how they are doing.
        </Text>
      ) : (
        <ol className={styles['started']} aria-live="polite">
          {ids.map((id) => (
            <StartedRun key={id} id={id} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function StartedRun({ id }: { readonly id: string }) {
  const { data, error } = useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => call(getRun({ id }, { signal })),
    meta: { live: ['runs'] },
  });
  return (
    <li>
      <PageLink to="/runs/$id" params={{ id }} className="mono" title={id}>
        {shortId(id)}
      </PageLink>
      {data && <StateBadge kind="run" state={data.state} />}
      {data && (
        <span className="dim">
          <Time at={data.createdAt} />
          {data.durationMs !== null && `, ${formatDuration(data.durationMs)}`}
        </span>
      )}
      {data?.error != null && (
        <div className={styles['startedError']}>{messageOf(data.error) ?? JSON.stringify(data.error)}</div>
      )}
      {error && !data && <ProblemNote error={error} />}
    </li>
  );
}
