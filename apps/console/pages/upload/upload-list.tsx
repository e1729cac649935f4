import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { countOf, formatBytes, formatCount } from '../../ui/format.js';
import { DataTable } from '../../ui/table/data-table.js';
import { isUnderWay, plannedPath, type UploadItem, type UploadState } from '../../uploads/upload-item.js';
import { useUploads } from '../../uploads/use-uploads.js';
import { uploadColumns } from './upload-columns.js';
import { useLandings } from './use-landings.js';

/** The files of this window, and the way of each through the ledger. */
export function UploadList({ items }: { readonly items: readonly UploadItem[] }) {
  const uploads = useUploads();
  const columns = useMemo(() => uploadColumns(uploads), [uploads]);
  const paths = useMemo(() => items.flatMap((item) => landedPath(item) ?? []), [items]);
  const landings = useLandings(paths);
  const rows = items.map((item) => ({ item, file: landings.get(landedPath(item) ?? '') }));
  const idsOf = (...states: readonly UploadState[]): string[] =>
    items.filter(({ state }) => states.includes(state)).map(({ id }) => id);
  const [underWay, paused, refused, done] = [
    idsOf('waiting', 'sending'),
    idsOf('paused'),
    idsOf('refused'),
    idsOf('done'),
  ];
  const taken = items.flatMap(({ id, refusal }) => (refusal?.code === 'name-taken' ? [id] : []));
  return (
    <Stack gap="xs">
      <Overall items={items} />
      <DataTable
        label="Uploads"
        columns={columns}
        rows={rows}
        idOf={({ item }) => item.id}
        bar={
          <Group gap="xs">
            {underWay.length > 0 && (
              <Button variant="default" onClick={() => uploads.pause(underWay)}>
                Pause all
              </Button>
            )}
            {paused.length > 0 && (
              <Button variant="default" onClick={() => uploads.resume(paused)}>
                Go on with {countOf(paused.length, 'paused file')}
              </Button>
            )}
            {refused.length > 0 && (
              <Button variant="default" onClick={() => uploads.resume(refused)}>
                Try {countOf(refused.length, 'refused file')} again
              </Button>
            )}
            {taken.length > 1 && (
              <Button variant="default" onClick={() => uploads.resume(taken, { overwrite: true })}>
                Replace the {formatCount(taken.length)} that lie there already
              </Button>
            )}
            {done.length > 0 && (
              <Button variant="default" onClick={() => uploads.remove(done)}>
                Take {formatCount(done.length)} done from this list
              </Button>
            )}
          </Group>
        }
        empty={null}
      />
    </Stack>
  );
}

/** Where a file lies that was sent; the server may have said no more than that all of it is there. */
const landedPath = (item: UploadItem): string | undefined =>
  item.state === 'done' ? (item.path ?? plannedPath(item)) : undefined;

function Overall({ items }: { readonly items: readonly UploadItem[] }) {
  const size = items.reduce((sum, item) => sum + item.size, 0);
  const sent = items.reduce((sum, item) => sum + (item.state === 'done' ? item.size : item.sent), 0);
  const done = items.filter(({ state }) => state === 'done').length;
  const isBusy = items.some(isUnderWay);
  return (
    <div>
      <Text size="sm">
        {/* The bytes change ten times a second, which nobody wants to be told. */}
        <span role="status">
          {isBusy ? 'Sending: ' : ''}
          {formatCount(done)} of {countOf(items.length, 'file')} in the inbox
        </span>
        , {formatBytes(sent)} of {formatBytes(size)}
        {isBusy && '. You may look at other pages meanwhile; do not close this window.'}
      </Text>
      <Progress
        value={size === 0 ? (100 * done) / items.length : (100 * sent) / size}
        mt={4}
        aria-label="Sent of all files"
      />
    </div>
  );
}
