import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconArrowBarToDown, IconArrowBarToUp, IconCopy } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { plainLine } from '#contracts/log-text.js';
import { call } from '../../client/call.js';
import { countRunLogLines, type RunDetail } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { countOf } from '../../ui/format.js';
import { EmptyNote, ProblemNote } from '../../ui/notes.js';
import { tellDone, tellFault } from '../../ui/notices.js';
import { LogBook } from './log-book.js';
import { LogDownload } from './log-download.js';
import { HiddenLines, LogLevels, levels } from './log-levels.js';
import { LogView } from './log-view.js';
import type { RunListener } from './use-run.js';

export interface LogTabProps {
  readonly run: RunDetail;
  readonly isOpen: boolean;
  /** Where the run's stream hands its lines to. */
  readonly listeners: Set<RunListener>;
}

const typingMs = 400;

/** The log of a run: it opens at its end, follows what comes, and can be searched, copied and stored. */
export function LogTab({ run, isOpen, listeners }: LogTabProps) {
  const [texts, change] = useTexts();
  const { level, find, attempt } = texts;
  const [typed, setTyped] = useState(find ?? '');
  const look = useDebouncedCallback((text: string) => change({ find: text.trim() || undefined }, 'replace'), typingMs);
  const chosen = useMemo(() => {
    const named = levels.filter((each) => level?.split(',').includes(each));
    return named.length === 0 ? undefined : named;
  }, [level]);
  const number = attempt === undefined ? undefined : Number(attempt) || undefined;
  const book = useMemo(
    () => new LogBook(run.id, { levels: chosen, text: find, attempt: number }),
    [run.id, chosen, find, number],
  );
  const part = useSyncExternalStore(book.subscribe, () => book.part);
  const [isFollowing, setFollowing] = useState(true);
  const follows = useRef(isFollowing);
  follows.current = isFollowing;
  useEffect(() => {
    setFollowing(true);
    void book.openEnd();
    return () => book.close();
  }, [book]);
  useEffect(() => {
    const listener: RunListener = {
      onBegin: () => void book.catchUp(),
      onLines: (came) => book.add(came, follows.current),
    };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [book, listeners]);
  // What it said last is stored when it has ended already and the stream is closed.
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (wasOpen.current && !isOpen) void book.catchUp();
    wasOpen.current = isOpen;
  }, [isOpen, book]);
  const counts = useQuery({
    // Counted once more when it has ended.
    queryKey: ['run-log-counts', run.id, find, number, isOpen],
    queryFn: ({ signal }) => call(countRunLogLines({ id: run.id, text: find, attempt: number }, { signal })),
    placeholderData: keepPreviousData,
    refetchInterval: isOpen ? 5_000 : false,
  });
  const levelsProps = {
    chosen,
    counts: counts.data,
    onChange: (next: readonly string[] | undefined) => change({ level: next?.join(',') }, 'replace'),
  };
  const follow = (next: boolean): void => {
    if (next && part.hasNewer) void book.openEnd();
    setFollowing(next);
  };
  const copy = async (): Promise<void> => {
    try {
      if (!('clipboard' in navigator))
        throw new Error('A browser lets a page copy only over HTTPS, or on this machine.');
      await navigator.clipboard.writeText(part.lines.map(plainLine).join('\n'));
      tellDone(`${countOf(part.lines.length, 'line')} copied`);
    } catch (error) {
      tellFault('The lines were not copied', error);
    }
  };
  return (
    <>
      <Group gap="xs" mb="xs" align="center">
        <LogLevels {...levelsProps} />
        <TextInput
          size="xs"
          type="search"
          aria-label="Search in the log"
          placeholder="Search: words, &quot;a phrase&quot;, begin*"
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            look(event.currentTarget.value);
          }}
          w={240}
        />
        {(run.attempt > 1 || number !== undefined) && (
          <Select
            size="xs"
            aria-label="Attempt"
            placeholder="All attempts"
            clearable
            data={run.attempts.map(({ number: each }) => ({ value: String(each), label: `Attempt ${each}` }))}
            value={attempt ?? null}
            onChange={(value) => change({ attempt: value ?? undefined }, 'replace')}
            w={140}
          />
        )}
        <Group gap={4} ml="auto">
          <Button
            variant="default"
            leftSection={<IconArrowBarToUp size={14} aria-hidden />}
            onClick={() => {
              setFollowing(false);
              void book.openBeginning();
            }}
          >
            Beginning
          </Button>
          <Button
            variant="default"
            leftSection={<IconArrowBarToDown size={14} aria-hidden />}
            onClick={() => {
              setFollowing(true);
              void book.openEnd();
            }}
          >
            End
          </Button>
          <Button variant="default" leftSection={<IconCopy size={14} aria-hidden />} onClick={() => void copy()}>
            Copy
          </Button>
          <LogDownload run={run} filter={{ levels: chosen, text: find, attempt: number }} />
        </Group>
      </Group>
      <HiddenLines {...levelsProps} />
      {part.error !== undefined && <ProblemNote error={part.error} onRetry={() => void book.openEnd()} />}
      {part.lines.length === 0 && !part.isReading ? (
        part.error === undefined && <NoLines isOpen={isOpen} hasFilter={Boolean(chosen ?? find ?? number)} />
      ) : (
        <LogView
          part={part}
          text={find}
          isOpen={isOpen}
          isFollowing={isFollowing}
          onFollow={follow}
          onOlder={() => void book.readOlder()}
          onNewer={() => void book.readNewer()}
        />
      )}
    </>
  );
}

function NoLines({ isOpen, hasFilter }: { readonly isOpen: boolean; readonly hasFilter: boolean }) {
  if (hasFilter)
    return (
      <EmptyNote title="No line fits">Choose other levels or words; the run may have said something else.</EmptyNote>
    );
  return (
    <EmptyNote title={isOpen ? 'Nothing was said yet' : 'This run said nothing'}>
      {isOpen
        ? 'Lines appear here as they come.'
        : 'Its task writes no log, or the log was removed with the history of its time.'}
    </EmptyNote>
  );
}
