import { ActionIcon, Button, Group, Text, Tooltip } from '@mantine/core';
import { IconBan, IconRepeat, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { type FileReason, listFiles, type File as QuarantinedFile } from '../../generated/api.js';
import { adviceFor } from '../../ui/fault-advice.js';
import { FileLink } from '../../ui/file-path.js';
import { countOf, formatBytes, formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { useHeldRows } from '../../ui/table/held-list.js';
import { Time } from '../../ui/time.js';
import styles from './quarantine-page.module.css';

const shown = 5;
const none: readonly QuarantinedFile[] = [];
const idOf = ({ id }: QuarantinedFile): string => id;

export interface CauseGroupProps {
  readonly reason: FileReason;
  /** Somebody reads the list of causes: no file is added to those that are shown. */
  readonly isHeld: boolean;
  readonly mayChange: boolean;
  onGroup(what: 'replay' | 'discard'): void;
  onFile(what: 'replay' | 'discard' | 'replace', file: { readonly id: string; readonly path: string }): void;
}

/** Quarantined files of one source with one kind of fault: how many, some of them, what to do. */
export function CauseGroup({ reason, isHeld, mayChange, onGroup, onFile }: CauseGroupProps) {
  const { source, code, count, bytes, lastAt } = reason;
  return (
    <div className={styles['group']}>
      <Panel
        title={`${code ?? 'of no code'} in ${source}`}
        flush
        side={
          count > 1 && (
            <Group gap="xs">
              <Button
                variant="default"
                leftSection={<IconRepeat size={15} aria-hidden />}
                disabled={!mayChange || code === null}
                onClick={() => onGroup('replay')}
              >
                Replay all {formatCount(count)}
              </Button>
              <Button
                variant="default"
                leftSection={<IconBan size={15} aria-hidden />}
                disabled={!mayChange || code === null}
                onClick={() => onGroup('discard')}
              >
                Discard all {formatCount(count)}
              </Button>
            </Group>
          )
        }
      >
        <div className={styles['top']}>
          <Text size="sm">
            <strong className={styles['count']}>{countOf(count, 'file')}</strong>{' '}
            <span className="dim">
              {formatBytes(bytes)} · last <Time at={lastAt} />
            </span>
          </Text>
          <Text size="sm">
            <strong>What to do:</strong> {adviceFor(code)}
          </Text>
        </div>
        <GroupFiles reason={reason} isHeld={isHeld} mayChange={mayChange} onFile={onFile} />
        {count > shown && (
          <div className={styles['foot']}>
            <PageLink
              to="/files"
              search={{ state: 'quarantined', source, ...(code === null ? {} : { code }) }}
              size="sm"
            >
              All {formatCount(count)} of them
            </PageLink>
          </div>
        )}
      </Panel>
    </div>
  );
}

function GroupFiles({ reason: { source, code }, isHeld, mayChange, onFile }: Omit<CauseGroupProps, 'onGroup'>) {
  const files = useQuery({
    queryKey: ['quarantined-files', source, code],
    queryFn: ({ signal }) =>
      call(listFiles({ state: 'quarantined', source, ...(code === null ? {} : { code }), limit: shown }, { signal })),
    meta: { live: ['files'] },
  });
  const items = files.data?.items ?? none;
  const held = useHeldRows(items, idOf, files.data && 'files', isHeld);
  const kept = held.rows.filter(({ id }) => items.some((file) => file.id === id));
  return (
    <QueryView query={files} what="the files">
      {() => (
        <table className={styles['files']} aria-label={`Files with ${code ?? 'no code'} in ${source}`}>
          <colgroup>
            <col className={styles['pathColumn']} />
            <col />
            <col className={styles['sizeColumn']} />
            <col className={styles['timeColumn']} />
            <col className={styles['actColumn']} />
          </colgroup>
          <tbody>
            {(kept.length > 0 ? kept : items).map((file) => (
              <tr key={file.id}>
                <td>
                  <FileLink id={file.id} path={file.path} />
                </td>
                <td className={styles['reason']}>{file.reason}</td>
                <td className={styles['tight']}>{formatBytes(file.size)}</td>
                <td className={styles['tight']}>
                  <Time at={file.endedAt} />
                </td>
                <td>
                  <div className={styles['buttons']}>
                    <Act label={`Replace ${file.path}`} isDisabled={!mayChange} onAct={() => onFile('replace', file)}>
                      <IconUpload size={16} aria-hidden />
                    </Act>
                    <Act label={`Replay ${file.path}`} isDisabled={!mayChange} onAct={() => onFile('replay', file)}>
                      <IconRepeat size={16} aria-hidden />
                    </Act>
                    <Act label={`Discard ${file.path}`} isDisabled={!mayChange} onAct={() => onFile('discard', file)}>
                      <IconBan size={16} aria-hidden />
                    </Act>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </QueryView>
  );
}

interface ActProps {
  readonly label: string;
  readonly isDisabled: boolean;
  readonly children: React.ReactNode;
  onAct(): void;
}

function Act({ label, isDisabled, children, onAct }: ActProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={isDisabled} onClick={onAct}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
