import { Text } from '@mantine/core';
import type { File as FileRow } from '../../generated/api.js';
import { FileLink } from '../../ui/file-path.js';
import { formatBytes, formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';
import type { Column } from '../../ui/table/column.js';
import { Time } from '../../ui/time.js';
import styles from './files-page.module.css';

const none = <span className="dim">–</span>;

const Moment = ({ at }: { readonly at: string | null }) => (
  <span className={styles['oneLine']}>
    <Time at={at} />
  </span>
);

/** The ledger's columns. */
export const fileColumns: readonly Column<FileRow>[] = [
  {
    id: 'path',
    header: 'Path',
    isFixed: true,
    cell: ({ id, path }) => (
      <div className={styles['path']}>
        <FileLink id={id} path={path} />
      </div>
    ),
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ state, waiting }) => (
      <>
        <StateBadge kind="file" state={state} />
        {waiting && <div className="dim">waits for rows</div>}
      </>
    ),
  },
  {
    id: 'source',
    header: 'Source',
    about: 'The rule that took its name',
    cell: ({ source }) => (source === null ? none : <span className={styles['oneLine']}>{source}</span>),
  },
  {
    id: 'reason',
    header: 'Reason',
    cell: ({ code, reason }) =>
      code === null && reason === null ? (
        none
      ) : (
        <Text size="sm" lineClamp={2} className={styles['reason'] ?? ''} title={reason ?? undefined}>
          {code !== null && <strong className={styles['code']}>{code}</strong>} {reason}
        </Text>
      ),
  },
  {
    id: 'rows',
    header: 'Rows',
    isNumeric: true,
    cell: ({ rows }) => (rows === null ? none : formatCount(rows)),
  },
  { id: 'size', header: 'Size', isNumeric: true, cell: ({ size }) => formatBytes(size) },
  {
    id: 'version',
    header: 'Version',
    about: 'Of its path; a changed file is a new one',
    isExtra: true,
    isNumeric: true,
    cell: ({ version, current }) => (current ? version : `${version} (old)`),
  },
  { id: 'seen', header: 'Seen', cell: ({ seenAt }) => <Moment at={seenAt} /> },
  {
    id: 'ended',
    header: 'Ended',
    about: 'When it was loaded, or put aside',
    cell: ({ endedAt }) => <Moment at={endedAt} />,
  },
  {
    id: 'run',
    header: 'Run',
    cell: ({ runId }) =>
      runId === null ? (
        none
      ) : (
        <PageLink to="/runs/$id" params={{ id: runId }} size="sm" title={runId}>
          <code className={styles['oneLine']}>{runId.slice(0, 8)}</code>
        </PageLink>
      ),
  },
  {
    id: 'rejects',
    header: 'Rejects',
    about: 'Parts of it that could not be taken',
    isNumeric: true,
    isExtra: true,
    cell: ({ rejects }) => formatCount(rejects),
  },
  { id: 'modified', header: 'Modified', isExtra: true, cell: ({ modifiedAt }) => <Moment at={modifiedAt} /> },
  {
    id: 'sha256',
    header: 'SHA-256',
    isExtra: true,
    cell: ({ sha256 }) => (sha256 === null ? none : <code title={sha256}>{sha256.slice(0, 12)}…</code>),
  },
];
