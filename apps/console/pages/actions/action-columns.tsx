import { Anchor, Text } from '@mantine/core';
import type { Action } from '../../generated/api.js';
import { PageLink } from '../../ui/link.js';
import { shortId } from '../../ui/run-id.js';
import type { Column } from '../../ui/table/column.js';
import { Time } from '../../ui/time.js';
import { wordsOfAction, wordsOfCaller, wordsOfDetail } from './action-words.js';
import styles from './actions.module.css';

export const actionColumns: readonly Column<Action>[] = [
  {
    id: 'at',
    header: 'When',
    isFixed: true,
    cell: ({ at }) => (
      <span className={styles['line']}>
        <Time at={at} />
      </span>
    ),
  },
  {
    id: 'who',
    header: 'Who',
    isFixed: true,
    cell: ({ caller }) => (
      <PageLink to="/actions" search={(before) => ({ ...before, caller })} size="sm" className={styles['line']}>
        {wordsOfCaller(caller)}
      </PageLink>
    ),
  },
  {
    id: 'action',
    header: 'Did what',
    isFixed: true,
    cell: ({ action }) => <span className={styles['line']}>{wordsOfAction(action)}</span>,
  },
  {
    id: 'subject',
    header: 'To what',
    cell: (action) => (
      <span className={styles['line']}>
        <Subject {...action} />
      </span>
    ),
  },
  {
    id: 'detail',
    header: 'With what',
    about: 'What came with it, and what came of it',
    minWidth: 220,
    cell: ({ detail }) => <Detail text={wordsOfDetail(detail)} />,
  },
  { id: 'outcome', header: 'Outcome', cell: ({ status }) => <Outcome status={status} /> },
  { id: 'address', header: 'From', about: 'The client’s address', isExtra: true, cell: ({ address }) => address },
  {
    id: 'session',
    header: 'Session',
    isExtra: true,
    cell: ({ session }) => (session === null ? <span className="dim">–</span> : <code>{session}</code>),
  },
];

/** What it was done to, with the way there. */
function Subject({ subject, queue, runId }: Action) {
  if (runId !== null) {
    return (
      <PageLink to="/runs/$id" params={{ id: runId }} size="sm">
        run <code>{shortId(runId)}</code>
      </PageLink>
    );
  }
  if (subject === 'queue') {
    return (
      <Anchor href={queue === null ? '/queues' : `/queues/queue/${encodeURIComponent(queue)}`} size="sm">
        {queue === null ? 'all queues' : `queue ${queue}`}
      </Anchor>
    );
  }
  const [kind = '', name] = splitOnce(subject);
  if (name === undefined) return subject;
  const words = `${kind} ${name}`;
  if (kind === 'schedule') {
    return (
      <PageLink to="/schedules/$name" params={{ name }} size="sm">
        {words}
      </PageLink>
    );
  }
  if (kind === 'task') {
    return (
      <PageLink to="/tasks/$name" params={{ name }} size="sm">
        {words}
      </PageLink>
    );
  }
  if (kind === 'file') {
    return (
      <PageLink to="/files/$id" params={{ id: name }} size="sm">
        {words}
      </PageLink>
    );
  }
  return words;
}

function splitOnce(text: string): readonly [string, string | undefined] {
  const at = text.indexOf(':');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

const short = 140;

/** A long one is shown as a whole when it is opened. */
function Detail({ text }: { readonly text: string }) {
  if (text === '') return <span className="dim">–</span>;
  if (text.length <= short) return text;
  return (
    <details>
      <summary>{text.slice(0, short)} …</summary>
      {text.slice(short)}
    </details>
  );
}

function Outcome({ status }: Pick<Action, 'status'>) {
  if (status === null) {
    return (
      <Text size="sm" c="var(--mr-warn)">
        not known: the process ended before
      </Text>
    );
  }
  if (status < 400) return 'done';
  return (
    <Text size="sm" c="var(--mr-bad)">
      refused with {status}
    </Text>
  );
}
