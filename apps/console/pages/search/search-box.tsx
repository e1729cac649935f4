import { Modal } from '@mantine/core';
import { useDebouncedValue, useId } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, type MouseEvent, useEffect, useState } from 'react';
import { call } from '../../client/call.js';
import { searchEverything } from '../../generated/api.js';
import { ProblemNote } from '../../ui/notes.js';
import { type Find, groupsOf, isElsewhere } from './finds.js';
import styles from './search-box.module.css';
import { SearchFoot, SearchNotes } from './search-notes.js';
import { SearchResults } from './search-results.js';
import { useRecentFinds } from './use-recent-finds.js';

/** How long after the last letter it is looked for. */
const typingMs = 160;
/** Most hits of each kind. */
const limit = 5;
/** The API takes no longer texts. */
const maxLength = 500;

/** Finds anything by what one knows of it. Typed with the focus in its field; arrows choose, Enter goes there. */
export function SearchBox({ onClose }: { readonly onClose: () => void }) {
  const router = useRouter();
  const listId = useId();
  const [typed, setTyped] = useState('');
  /** By its path, so that it stays chosen when an answer puts others before it; undefined: the first. */
  const [chosen, setChosen] = useState<string>();
  /** Enter came before the answer: the best hit is opened when it is there. */
  const [isAwaited, setAwaited] = useState(false);
  const [recent, remember] = useRecentFinds();
  const text = typed.trim();
  const [settled] = useDebouncedValue(text, typingMs);
  const query = useQuery({
    queryKey: ['search', settled],
    queryFn: ({ signal }) => call(searchEverything({ q: settled, limit }, { signal })),
    enabled: settled !== '',
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const isFound = text !== '' && settled === text && query.isSuccess && !query.isFetching && !query.isPlaceholderData;
  const groups = groupsOf(text, text === '' ? [] : (query.data?.items ?? []), recent);
  const finds = groups.flatMap((group) => group.finds);
  const current = Math.max(
    0,
    finds.findIndex(({ path }) => path === chosen),
  );

  const go = (find: Find): void => {
    remember(find);
    onClose();
    if (isElsewhere(find)) location.assign(find.path);
    else router.history.push(find.path);
  };
  const [best] = finds;
  const isOver = isFound || query.isError;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the answer that was waited for opens what is best then
  useEffect(() => {
    if (!isAwaited || !isOver) return;
    setAwaited(false);
    if (best && isFound) go(best);
  }, [isAwaited, isOver]);

  const press = (event: KeyboardEvent): void => {
    const to = targetOf(event.key, current, finds.length);
    if (to !== undefined && !(isWithinText(event, typed) && text !== '')) {
      event.preventDefault();
      setChosen(finds[to]?.path);
      setAwaited(false);
    }
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    const find = finds[current];
    if (text !== '' && !isFound && current === 0) setAwaited(true);
    else if (find) go(find);
  };
  const click = (find: Find, event: MouseEvent): void => {
    remember(find);
    // A click that opens a tab or a window of its own is the browser's.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(find);
  };

  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      size={640}
      yOffset="10vh"
      padding={0}
      aria-label="Search"
      transitionProps={{ duration: 0 }}
    >
      <div className={styles['head']}>
        <input
          type="text"
          role="combobox"
          aria-label="Find a run, file, task, dataset, schedule, worker or page"
          aria-expanded={finds.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={finds.length > 0 ? `${listId}-${current}` : undefined}
          className={styles['input']}
          placeholder="Id, name, path, label or page"
          autoComplete="off"
          spellCheck={false}
          maxLength={maxLength}
          value={typed}
          ref={focusAtOnce}
          data-autofocus
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setChosen(undefined);
            setAwaited(false);
          }}
          onKeyDown={press}
        />
        <button type="button" className={styles['close']} onClick={onClose} aria-label="Esc: close the search">
          Esc
        </button>
      </div>
      <div className={styles['body']}>
        {query.error && text !== '' && (
          <div className={styles['fault']}>
            <ProblemNote error={query.error} onRetry={() => void query.refetch()} />
          </div>
        )}
        <SearchResults
          listId={listId}
          groups={groups}
          chosen={current}
          text={text}
          onHover={({ path }) => setChosen(path)}
          onClick={click}
        />
        <SearchNotes
          text={text}
          isFound={isFound}
          hasFailed={query.isError}
          hits={query.data?.items.length ?? 0}
          hasRecent={recent.length > 0}
        />
      </div>
      <SearchFoot />
    </Modal>
  );
}

/** What is typed right after the key that opens the search is not lost. */
const focusAtOnce = (input: HTMLInputElement | null): void => input?.focus();

/** Where a key leads in a list of that length; undefined: nowhere. */
function targetOf(key: string, current: number, length: number): number | undefined {
  if (length === 0) return undefined;
  if (key === 'ArrowDown') return (current + 1) % length;
  if (key === 'ArrowUp') return (current - 1 + length) % length;
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  return undefined;
}

/** Home and End move within the text as long as they can, and only then within the list. */
function isWithinText({ key, target }: KeyboardEvent, typed: string): boolean {
  if (!(target instanceof HTMLInputElement) || typed === '') return false;
  if (key === 'Home') return target.selectionStart !== 0;
  return key === 'End' && target.selectionStart !== typed.length;
}
