import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { RunDetail } from '../../generated/api.js';
import type { LogFilter } from './log-book.js';

/** Stores the whole log, or what the filters leave of it, as a text file, which the API makes while the browser takes it. */
export function LogDownload({ run, filter }: { readonly run: RunDetail; readonly filter: LogFilter }) {
  return (
    <Button
      component="a"
      href={addressOf(run.id, filter)}
      download
      variant="default"
      leftSection={<IconDownload size={14} aria-hidden />}
    >
      Download
    </Button>
  );
}

function addressOf(id: string, { levels, text, attempt }: LogFilter): string {
  const path = `/api/runs/${id}/logs.txt`;
  const query = new URLSearchParams();
  if (levels) query.set('level', levels.join(','));
  if (text !== undefined) query.set('text', text);
  if (attempt !== undefined) query.set('attempt', String(attempt));
  return query.size === 0 ? path : `${path}?${query}`;
}
