import { Alert, Button, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { DropArea } from '../../ui/drop-area.js';
import type { ChosenFile } from '../../ui/dropped-files.js';
import { formatBytes } from '../../ui/format.js';
import { useUploadItems, useUploads } from '../../uploads/use-uploads.js';

export interface ReplaceDialogProps {
  readonly file: { readonly id: string; readonly path: string };
  onClose(): void;
}

/** Replaces a file of the inbox by one that somebody chooses, whatever its name is. */
export function ReplaceDialog({ file, onClose }: ReplaceDialogProps) {
  const uploads = useUploads();
  const [begun, setBegun] = useState<string>();
  const item = useUploadItems().findLast(({ target }) => target.replaces === file.id);
  const shown = begun === undefined ? undefined : item;
  const send = ([chosen]: readonly ChosenFile[]): void => {
    if (!chosen) return;
    if (item && item.state !== 'done') uploads.remove([item.id]);
    setBegun(chosen.file.name);
    const name = chosen.path.slice(chosen.path.lastIndexOf('/') + 1);
    uploads.add([{ path: name, file: chosen.file }], { folder: '', overwrite: false, replaces: file.id });
  };
  const isDone = shown?.state === 'done';
  return (
    <Modal opened onClose={onClose} title="Replace by upload" size="lg">
      <Stack gap="md">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          What you choose gets the path <strong>{file.path}</strong>, whatever its own name is. It is a new version,
          which is loaded; if it is loaded, its rows take the place of the old ones.
        </Text>
        {!isDone && <DropArea onFiles={send} isSingle isCompact title="Drop the better file here" />}
        {shown && shown.state !== 'refused' && (
          <div role="status">
            <Text size="sm">
              {isDone
                ? `${begun} is in the inbox; the watcher finds it within seconds.`
                : `${begun}: ${formatBytes(shown.sent)} of ${formatBytes(shown.size)}`}
            </Text>
            <Progress
              value={shown.size === 0 ? 100 : (100 * shown.sent) / shown.size}
              mt={6}
              aria-label={`Sent of ${begun}`}
            />
          </div>
        )}
        {shown?.refusal && (
          <Alert color="red" variant="light" role="alert" title="It was not replaced">
            {shown.refusal.message}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
