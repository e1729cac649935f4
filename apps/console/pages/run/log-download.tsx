import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { call } from '../../client/call.js';
import { listRunLogLines, type RunDetail } from '../../generated/api.js';
import { formatShort } from '../../ui/format.js';
import { tellFault } from '../../ui/notices.js';
import { saveFile } from '../../ui/save-file.js';
import type { LogFilter } from './log-book.js';
import { plainLine } from './log-rows.js';

/** Stores the whole log, or what the filters leave of it, as a text file. It is read page by page; a second click stops that. */
export function LogDownload({ run, filter }: { readonly run: RunDetail; readonly filter: LogFilter }) {
  const [count, setCount] = useState<number>();
  const ending = useRef<AbortController>(undefined);
  useEffect(() => () => ending.current?.abort(), []);
  const store = async (): Promise<void> => {
    const controller = new AbortController();
    ending.current = controller;
    const parts: string[] = [];
    let read = 0;
    let cursor: string | undefined;
    setCount(0);
    try {
      do {
        const { levels, text, attempt } = filter;
        const { items, nextCursor } = await call(
          listRunLogLines(
            { id: run.id, level: levels?.join(','), text, attempt, cursor, limit: 500 },
            { signal: controller.signal },
          ),
        );
        parts.push(items.map((line) => `${plainLine(line)}\n`).join(''));
        read += items.length;
        setCount(read);
        cursor = nextCursor ?? undefined;
      } while (cursor !== undefined);
      saveFile(new Blob(parts, { type: 'text/plain;charset=utf-8' }), `${run.task}-${run.id}.log`);
    } catch (error) {
      if (!controller.signal.aborted) tellFault('The log was not stored', error);
    } finally {
      setCount(undefined);
    }
  };
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={14} aria-hidden />}
      onClick={() => (count === undefined ? void store() : ending.current?.abort())}
    >
      {count === undefined ? 'Download' : `${formatShort(count)} lines … stop`}
    </Button>
  );
}
