import { Button } from '@mantine/core';
import { IconBan, IconDownload, IconRepeat, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useMayChange } from '../../client/session.js';
import type { FileDetail } from '../../generated/api.js';
import { countOf } from '../../ui/format.js';
import { ChangeFile } from './change-file.js';
import { ReplaceDialog } from './replace-dialog.js';

const replayable: ReadonlySet<string> = new Set(['quarantined', 'duplicate', 'discarded', 'loaded']);
const replaceable: ReadonlySet<string> = new Set(['quarantined', 'duplicate', 'discarded', 'loaded', 'ignored']);

/** What can be done with a file as it is now. */
export function FileActions({ file }: { readonly file: FileDetail }) {
  const [asked, setAsked] = useState<'replay' | 'discard' | 'replace'>();
  const mayChange = useMayChange();
  const { id, state, current, waiting, rows } = file;
  const close = (): void => setAsked(undefined);
  const why = mayChange ? undefined : 'You may look, but not change anything';
  return (
    <>
      <Button
        component="a"
        href={`/api/files/${id}/content`}
        download
        variant="default"
        leftSection={<IconDownload size={15} aria-hidden />}
      >
        Download
      </Button>
      {current && replaceable.has(state) && (
        <Button
          variant={state === 'quarantined' ? 'filled' : 'default'}
          leftSection={<IconUpload size={15} aria-hidden />}
          disabled={!mayChange}
          title={why}
          onClick={() => setAsked('replace')}
        >
          Replace
        </Button>
      )}
      {current && (replayable.has(state) || waiting) && (
        <Button
          variant="default"
          leftSection={<IconRepeat size={15} aria-hidden />}
          disabled={!mayChange}
          title={why}
          onClick={() => setAsked('replay')}
        >
          Replay
        </Button>
      )}
      {current && (state === 'quarantined' || waiting) && (
        <Button
          variant="default"
          leftSection={<IconBan size={15} aria-hidden />}
          disabled={!mayChange}
          title={why}
          onClick={() => setAsked('discard')}
        >
          Discard
        </Button>
      )}
      {(asked === 'replay' || asked === 'discard') && (
        <ChangeFile
          what={asked}
          file={file}
          {...(asked === 'replay' && state === 'loaded'
            ? { more: `Its ${countOf(rows ?? 0, 'row')} are replaced in one commit.` }
            : {})}
          onClose={close}
        />
      )}
      {asked === 'replace' && <ReplaceDialog file={file} onClose={close} />}
    </>
  );
}
