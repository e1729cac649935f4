import { ActionIcon, Button, Progress } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react';
import type { File as FileRow } from '../../generated/api.js';
import { FileLink, FilePath } from '../../ui/file-path.js';
import { countOf, formatBytes } from '../../ui/format.js';
import { StateBadge } from '../../ui/state-badge.js';
import type { Column } from '../../ui/table/column.js';
import { Tip } from '../../ui/tip.js';
import { isUnderWay, plannedPath, type UploadItem } from '../../uploads/upload-item.js';
import type { Uploads } from '../../uploads/uploads.js';
import styles from './upload-page.module.css';

/** An upload, and what the ledger has of it once it lies in the inbox. */
export interface UploadRow {
  readonly item: UploadItem;
  readonly file: FileRow | undefined;
}

export const uploadColumns = (uploads: Uploads): readonly Column<UploadRow>[] => [
  {
    id: 'name',
    header: 'File',
    isFixed: true,
    cell: ({ item, file }) => (
      <div className={styles['name']}>
        {file ? <FileLink id={file.id} path={file.path} /> : <FilePath path={item.path ?? plannedPath(item)} />}
      </div>
    ),
  },
  { id: 'size', header: 'Size', isNumeric: true, cell: ({ item }) => formatBytes(item.size) },
  { id: 'sent', header: 'Sent', cell: ({ item }) => <Sent item={item} /> },
  { id: 'way', header: 'What becomes of it', cell: (row) => <Way row={row} uploads={uploads} /> },
  { id: 'acts', header: 'Actions', isFixed: true, cell: ({ item }) => <Acts item={item} uploads={uploads} /> },
];

function Sent({ item: { name, size, sent, state } }: { readonly item: UploadItem }) {
  const share = size === 0 ? Number(state === 'done') : sent / size;
  return (
    <div className={styles['sent']}>
      <Progress
        value={share * 100}
        size="sm"
        color={state === 'refused' ? 'red' : state === 'done' ? 'teal' : undefined}
        aria-label={`Sent of ${name}`}
      />
      <span className={styles['words']}>
        {state === 'done' ? 'sent' : `${formatBytes(sent)}, ${Math.floor(share * 100)} %`}
      </span>
    </div>
  );
}

const words = { waiting: 'waits for its turn', sending: 'is being sent', paused: 'paused' } as const;

function Way({ row: { item, file }, uploads }: { readonly row: UploadRow; readonly uploads: Uploads }) {
  const { id, state, refusal } = item;
  if (state === 'refused') {
    return (
      <div className={styles['refusal']} role="alert">
        {refusal?.code === 'name-taken' ? (
          <>
            A file of this name lies there already.{' '}
            <Button variant="default" size="compact-xs" onClick={() => uploads.resume([id], { overwrite: true })}>
              Replace it
            </Button>
          </>
        ) : (
          refusal?.message
        )}
      </div>
    );
  }
  if (state !== 'done') return <span className="dim">{words[state]}</span>;
  if (!file) return <span className="dim">in the inbox; waits to be seen</span>;
  return (
    <>
      <StateBadge kind="file" state={file.state} />{' '}
      <span className="dim">
        {[
          file.rows !== null && countOf(file.rows, 'row'),
          file.state === 'ignored' ? 'no source takes its name' : file.reason,
        ]
          .filter(Boolean)
          .join(', ')}
      </span>
    </>
  );
}

function Acts({ item: { id, name, state }, uploads }: { readonly item: UploadItem; readonly uploads: Uploads }) {
  const isPausable = isUnderWay({ state });
  return (
    <div className={styles['acts']}>
      {isPausable && (
        <Act label={`Pause ${name}`} onAct={() => uploads.pause([id])}>
          <IconPlayerPause size={15} aria-hidden />
        </Act>
      )}
      {(state === 'paused' || state === 'refused') && (
        <Act
          label={`${state === 'paused' ? 'Go on with' : 'Try again with'} ${name}`}
          onAct={() => uploads.resume([id])}
        >
          <IconPlayerPlay size={15} aria-hidden />
        </Act>
      )}
      <Act
        label={state === 'done' ? `Take ${name} from this list` : `Give up ${name}`}
        onAct={() => uploads.remove([id])}
      >
        <IconX size={15} aria-hidden />
      </Act>
    </div>
  );
}

interface ActProps {
  readonly label: string;
  readonly children: React.ReactNode;
  onAct(): void;
}

function Act({ label, children, onAct }: ActProps) {
  return (
    <Tip label={label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={onAct}>
        {children}
      </ActionIcon>
    </Tip>
  );
}
